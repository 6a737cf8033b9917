/**
 * tfjs-convgrad: a conv2d that TensorFlow.js users can swap in and trust.
 * @packageDocumentation
 */
export type {Algorithm, Bound, Cost} from './algorithms/algorithm.js';
export {algorithms, defineAlgorithm} from './algorithms/index.js';
export type {Engine, Matrix} from './engine/engine.js';
export type {EngineName} from './engine/index.js';
export {
  type Conv2DInfo,
  type Conv2DRequest,
  conv2dInfo,
  type DataFormat,
  type ExplicitPads,
  type Kind,
  type Pad,
  type RoundingMode,
} from './geometry/conv2dInfo.js';
export {ConvgradError} from './geometry/error.js';
export type {Pass} from './geometry/pass.js';
export {formatProblem, type Problem, parseProblem} from './geometry/problem.js';
export type {Fallback} from './plugin/callCounts.js';
export {conv2d} from './plugin/conv2d.js';
export type {Conv2DAttributes, Images} from './plugin/conv2dArguments.js';
export {
  type Conv2DBackwardArguments,
  type Conv2DGradients,
  conv2dBackward,
  depthwiseConv2dBackward,
} from './plugin/conv2dBackward.js';
export type {Conv2DArguments} from './plugin/convolution.js';
export {depthwiseConv2d} from './plugin/depthwiseConv2d.js';
export type {Activation} from './plugin/epilogue.js';
export {
  type BackendExplanation,
  type ExplainOptions,
  type Explanation,
  explain,
  type PassExplanation,
} from './plugin/explain.js';
export {type Installation, type InstallOptions, install, uninstall} from './plugin/install.js';
export type {Plan} from './plugin/planCache.js';
export type {InstallationReport} from './plugin/report.js';
