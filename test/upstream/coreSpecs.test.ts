import * as tf from '@tensorflow/tfjs';
import {type Installation, install, uninstall} from 'tfjs-convgrad';
import {replacedKernels} from '../../src/plugin/session.js';
import {convolutionSpecs, coreSpec} from './coreSpecs.js';

const specs = convolutionSpecs.map(coreSpec);

/** Specs that demand a defect of tfjs: with convgrad there is a gradient where there was an error. */
const repaired = ['ops/depthwise_conv2d_test.js: throws error on dilations > 1'];

const kernelNames = replacedKernels.map(String);
const builtinCalls = new Map<string, number>();

// Counts the calls of tfjs's own kernels, beneath those of convgrad.
for (const kernelName of kernelNames) {
  const builtin = tf.getKernel(kernelName, 'cpu')!;
  tf.unregisterKernel(kernelName, 'cpu');
  tf.registerKernel({
    ...builtin,
    kernelFunc: (call) => {
      builtinCalls.set(kernelName, (builtinCalls.get(kernelName) ?? 0) + 1);
      return builtin.kernelFunc(call);
    },
  });
}

/** @param failing the specs that must fail */
function runSpecs(failing: readonly string[] = []): void {
  for (const spec of specs) {
    describe(spec.file, () => {
      const {registered, finished} = spec.register('cpu', failing);
      it('ran every spec in the file', () => {
        expect(spec.count).toBeGreaterThan(0);
        expect(registered).toHaveLength(spec.count);
        expect(finished).toEqual(registered);
      });
    });
  }
}

describe("tfjs-core's own specs on cpu", () => {
  describe('with tfjs alone', () => {
    beforeAll(() => builtinCalls.clear());
    runSpecs();
    it('were served by every kernel of tfjs', () => {
      expect([...builtinCalls.keys()].sort()).toEqual([...kernelNames].sort());
    });
  });

  describe.each(['auto', 'direct', 'transposed'])('with convgrad installed, algorithm %s', (algorithm) => {
    let installation: Installation;
    beforeAll(() => {
      builtinCalls.clear();
      installation = install({algorithm});
    });
    afterAll(uninstall);
    runSpecs(repaired);
    it('were served by convgrad in every pass, never by the kernels of tfjs', () => {
      const {calls} = installation.report();
      const passes = new Set(calls.filter(({backend}) => backend === 'cpu').map(({pass}) => pass));
      expect([...passes].sort()).toEqual(['backpropFilter', 'backpropInput', 'forward']);
      expect([...builtinCalls]).toEqual([]);
    });
  });
});
