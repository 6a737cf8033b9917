// What the browser tests find in their page as the global `convgrad`. Add what a test needs.
import '@tensorflow/tfjs-backend-webgpu';

export * as tf from '@tensorflow/tfjs';
export {realModels} from '../../examples/support/models/index.js';
export {trainModel} from '../../examples/support/trainModel.js';
export {engine} from '../../src/engine/index.js';
export {problemAttributes, problemInfo} from '../../src/geometry/problem.js';
export * from '../../src/index.js';
export {checkProvenances} from '../support/checkProvenances.js';
export * as support from '../support/programs.js';
export {refusalsOfReads, trainUnderRule} from '../support/trainUnderRules.js';

declare global {
  var convgrad: typeof import('./page.js');
}
