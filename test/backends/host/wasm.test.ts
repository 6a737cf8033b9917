import * as tf from '@tensorflow/tfjs';
import {engine} from '../../../src/engine/index.js';
import '@tensorflow/tfjs-backend-wasm';
import {install, uninstall} from 'tfjs-convgrad';
import {formatProblem} from '../../../src/geometry/problem.js';
import {edgeCases} from '../../../src/verify/cases/edgeCases.js';
import {verify} from '../../../src/verify/index.js';

it('every algorithm and pass equals the definition bit for bit on integer edge cases', async () => {
  const problems = edgeCases().map(({problem}) => formatProblem(problem));
  const report = await verify({backends: ['wasm'], fills: ['integers'], oracles: ['reference'], problems});
  const {summary, results, rows} = report;
  // winograd4 and fft have bounds on reals instead.
  const inexact = results.filter(({algorithm}) => ['winograd4', 'fft'].includes(algorithm));
  expect(new Set(inexact.map(({status}) => status))).toEqual(new Set(['skipped']));
  expect(results.filter((result) => result.status !== 'passed' && !inexact.includes(result))).toEqual([]);
  expect(summary.passed).toBeGreaterThan(300);
  expect(rows.map(({algorithm, pass}) => `${algorithm} ${pass}`).sort()).toEqual([
    ...['depthwise backpropFilter', 'depthwise backpropInput', 'depthwise forward'],
    ...['direct backpropFilter', 'direct backpropInput', 'direct forward'],
    ...['fft backpropFilter', 'fft backpropInput', 'fft forward'],
    ...['im2col backpropFilter', 'im2col backpropInput', 'im2col forward'],
    ...['implicitGemm backpropFilter', 'implicitGemm backpropInput', 'implicitGemm forward'],
    'transposed backpropInput',
    ...['winograd backpropFilter', 'winograd backpropInput', 'winograd forward'],
    ...['winograd4 backpropFilter', 'winograd4 backpropInput', 'winograd4 forward'],
  ]);
  expect(report.environment.backends).toEqual({
    wasm: {engine: engine().name, engineThreads: expect.any(Number), simd: true, threads: false},
  });
});

it('verify judges an imported kernel that tfjs lacks and leaves it registered', async () => {
  jest.spyOn(console, 'warn').mockImplementation();
  install();
  const kernelFunc: tf.KernelFunc = ({attrs, backend}) => {
    const shape = (attrs as {filterShape?: number[]}).filterShape as number[];
    return (backend as {makeOutput(...args: unknown[]): tf.TensorInfo}).makeOutput(
      shape,
      'float32',
      undefined,
      tf.ones(shape).dataSync(),
    );
  };
  tf.registerKernel({kernelName: 'Conv2DBackpropFilter', backendName: 'wasm', kernelFunc});
  const report = await verify({
    ...{backends: ['wasm'], problems: ['ih4iw5ic2oc3kh2kw2'], passes: ['backpropFilter'], oracles: ['reference']},
    diagnose: false,
  });
  expect(report.rows).toMatchObject([{algorithm: 'imported', pass: 'backpropFilter', passed: 0}]);
  expect(report.summary.failed).toBeGreaterThan(0);
  expect(tf.getKernel('Conv2DBackpropFilter', 'wasm')?.kernelFunc).toBe(kernelFunc);
  uninstall();
  tf.unregisterKernel('Conv2DBackpropFilter', 'wasm');
  jest.restoreAllMocks();
});
