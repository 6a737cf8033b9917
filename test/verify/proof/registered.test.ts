import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {formatProblem} from '../../../src/geometry/problem.js';
import {install, uninstall} from '../../../src/plugin/install.js';
import {isOurs} from '../../../src/plugin/kernels.js';
import {fixedCases} from '../../../src/verify/cases/index.js';
import {verify} from '../../../src/verify/index.js';
import {gradientCounter} from '../../../src/verify/proof/countKernelRuns.js';
import {kernelCounters} from '../../../src/verify/proof/kernelCounters.js';

/** Everything of convgrad in tfjs's registries, by the names of verify's counters; read from the registries, not from a list. */
function registeredByInstall(backend: string): string[] {
  install({tf, backends: [backend]});
  const globals = (globalThis as unknown as {_tfGlobals: Map<string, Map<string, {gradFunc: unknown}>>})._tfGlobals;
  const kernels = tf
    .getKernelsForBackend(backend)
    .filter(({kernelFunc}) => isOurs(kernelFunc))
    .map(({kernelName}) => kernelName)
    .filter((name) => !name.startsWith('Convgrad'));
  const gradients = [...(globals.get('gradRegistry') as Map<string, {gradFunc: unknown}>)]
    .filter(([name, {gradFunc}]) => isOurs(gradFunc) && !name.startsWith('Convgrad'))
    .map(([name]) => gradientCounter(name));
  uninstall();
  return [...kernels, ...gradients];
}

/** Gradients of other ops, which test/plugin/repairedGradients.test.ts and doctor check. */
const ofOtherOperations = ['MirrorPad', 'ResizeNearestNeighbor', 'ResizeBilinear', 'DepthToSpace'].map(gradientCounter);

/** Some of the fixed cases. */
const problems = fixedCases()
  .filter(
    ({name}) =>
      name?.startsWith('fused') ||
      /^(batch of three|depthwise, 3 × 3|depthwise, NCHW|stride remainder)/.test(name ?? ''),
  )
  .map(({problem}) => formatProblem(problem));

test.each([
  ['cpu', 14],
  ['wasm', 15],
])('on %s verify reaches every convolution kernel and gradient that install() registers', async (backend, count) => {
  await tf.setBackend(backend);
  const all = registeredByInstall(backend);
  expect(all).toEqual(expect.arrayContaining(ofOtherOperations));
  const registered = all.filter((name) => !ofOtherOperations.includes(name));
  expect(registered).toHaveLength(count);
  const {coverage, summary} = await verify({backends: [backend], problems, algorithms: ['direct'], diagnose: false});
  expect(summary.failed).toBe(0);
  const hits = new Map(coverage.counters.map(({counter: part, hits}) => [part, hits]));
  const reached = (name: string) =>
    [...hits]
      .filter(([part]) => part === name || part.startsWith(`${name}, `))
      .map(([part, times]) => [part, times > 0]);
  for (const name of registered) {
    expect(reached(name)).not.toEqual([]);
    expect(reached(name).filter(([, isReached]) => !isReached)).toEqual([]);
  }
  // A fused kernel has one counter for each feature of a call.
  expect(reached('FusedConv2D')).toHaveLength(11);
  expect(kernelCounters('FusedConv2D', {}, {activation: 'elu'})).toEqual([
    'FusedConv2D, elu',
    'FusedConv2D, without bias',
    'FusedConv2D, NHWC',
  ]);
});
