import '@tensorflow/tfjs-backend-wasm';
import {type Installation, install, uninstall} from 'tfjs-convgrad';
import {convolutionSpecs, coreSpec} from './coreSpecs.js';

const specs = convolutionSpecs.map(coreSpec);

/** Specs that fail on wasm, by reason. A change in this list fails the test. */
const failing = {
  // Under IS_TEST tfjs counts data ids before and after an op. What the op saves for its gradient is cloned by the kernel Identity, which
  // on other backends refers to the same data and on wasm copies them: three or four data ids that look like a leak.
  'Identity copies on wasm': [
    'ops/fused/fused_conv2d_test.js: backProp input x=[2,3,3,1] f=[2,2,1,1] s=1 p=0',
    'ops/fused/fused_conv2d_test.js: gradient x=[2,3,3,1] f=[2,2,1,1] s=1 p=0',
    'ops/fused/fused_conv2d_test.js: gradient x=[2,3,3,1] f=[2,2,1,1] s=1 p=0 with bias',
    'ops/fused/fused_depthwise_conv2d_test.js: gradient x=[2,3,3,1] f=[2,2,1,1] s=1 p=0',
    'ops/fused/fused_depthwise_conv2d_test.js: gradient x=[2,3,3,1] f=[2,2,1,1] s=1 p=0 with bias',
  ],
  'convgrad has a gradient where the spec demands an error': [
    'ops/depthwise_conv2d_test.js: throws error on dilations > 1',
  ],
};

describe.each(['auto', 'im2col'])(
  "tfjs-core's own specs on wasm with convgrad installed, algorithm %s",
  (algorithm) => {
    let installation: Installation;
    beforeAll(() => {
      installation = install({algorithm});
    });
    afterAll(uninstall);

    for (const spec of specs) {
      describe(spec.file, () => {
        const {registered, finished} = spec.register('wasm', Object.values(failing).flat());
        it('ran every spec in the file', () => {
          expect(registered).toHaveLength(spec.count);
          expect(finished).toEqual(registered);
        });
      });
    }

    it('were served by convgrad in every pass, except forward passes that auto delegates', () => {
      const {calls, builtin} = installation.report();
      const passes = new Set(calls.filter(({backend}) => backend === 'wasm').map(({pass}) => pass));
      expect([...passes].sort()).toEqual(['backpropFilter', 'backpropInput', 'forward']);
      expect(builtin.map(({pass}) => pass)).toEqual(algorithm === 'auto' ? ['forward'] : []);
    });
  },
);
