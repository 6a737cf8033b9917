import type {NamedAttrMap, Tensor} from '@tensorflow/tfjs-core';
import {type Conv2DInfo, conv2dInfo} from '../geometry/conv2dInfo.js';
import {ConvgradError} from '../geometry/error.js';
import {builtinKernelNames, ownKernelNames, requestOf} from '../plugin/kernels.js';
import type {TapeNode} from './engineInternals.js';
import type {ExactPasses, LayerKind} from './rule.js';
import type {Tf} from './tfjs.js';

/** A kernel that multiplies an input with weights, and the names of the two among its inputs. */
interface WeightedKernel {
  kind: LayerKind;
  x: string;
  filter: string;
}

const conv2d: WeightedKernel = {kind: 'conv2d', x: 'x', filter: 'filter'};
const depthwise: WeightedKernel = {kind: 'depthwise', x: 'x', filter: 'filter'};

const weightedKernels: Readonly<Record<string, WeightedKernel>> = {
  ...{[builtinKernelNames.dense.forward]: conv2d, [ownKernelNames.dense.forward]: conv2d},
  ...{[builtinKernelNames.depthwise.forward]: depthwise, [ownKernelNames.depthwise.forward]: depthwise},
  // What tf.conv2dTranspose runs forwards.
  [builtinKernelNames.dense.backpropInput]: {kind: 'transposed', x: 'dy', filter: 'filter'},
  BatchMatMul: {kind: 'dense', x: 'a', filter: 'b'},
};

/** tfjs's fused kernels: the kernel without bias and activation, and the scope that tfjs opens around the op. */
const fusedKernels: Readonly<Record<string, {plain: string; scope: string}>> = {
  FusedConv2D: {plain: 'Conv2D', scope: 'fusedConv2d__op'},
  FusedDepthwiseConv2D: {plain: 'DepthwiseConv2dNative', scope: 'fusedDepthwiseConv2d__op'},
  _FusedMatMul: {plain: 'BatchMatMul', scope: 'fusedMatMul__op'},
};

/** One run of a fused kernel, which tfjs's tape records under the name of the op only. */
export interface FusedRun {
  kernelName: string;
  inputs: Record<string, Tensor>;
  attrs: NamedAttrMap;
  output: Tensor;
}

export function isFused(kernelName: string): boolean {
  return Object.hasOwn(fusedKernels, kernelName);
}

/** An op with weights on the tape. */
export interface WeightedOp {
  kind: LayerKind;
  /** The unfused kernel, whose registered gradient is the exact one. */
  kernelName: string;
  attrs: NamedAttrMap;
  kernel: WeightedKernel;
  x: Tensor;
  filter: Tensor;
  yShape: readonly number[];
  /** The names of x, filter and bias among the inputs of the tape's node. */
  inputNames: {x: string; filter: string; bias?: string};
}

/** Reads a node of the tape. @returns the op with weights that it records, or undefined if it records none */
export function weightedOpOf(node: TapeNode, attrs: NamedAttrMap, fused: FusedRun | undefined): WeightedOp | undefined {
  if (fused && isOpOf(node, fused)) {
    const kernelName = fusedKernels[fused.kernelName].plain;
    const kernel = weightedKernels[kernelName];
    const {[kernel.x]: x, [kernel.filter]: filter, bias} = fused.inputs;
    const inputNames = {x: '0', filter: '1', ...(bias ? {bias: '2'} : {})};
    const yShape = fused.output.shape;
    return {kind: kernel.kind, kernelName, attrs: fused.attrs, kernel, x, filter, yShape, inputNames};
  }
  if (!Object.hasOwn(weightedKernels, node.kernelName)) return undefined;
  const kernel = weightedKernels[node.kernelName];
  const {[kernel.x]: x, [kernel.filter]: filter} = node.inputs;
  const inputNames = {x: kernel.x, filter: kernel.filter};
  const yShape = node.outputs[0].shape;
  return {kind: kernel.kind, kernelName: node.kernelName, attrs, kernel, x, filter, yShape, inputNames};
}

/** Whether a node records tfjs's own op around a fused kernel. A user's `tf.customGrad` may run the same kernel. */
function isOpOf({kernelName, inputs, outputs}: TapeNode, fused: FusedRun): boolean {
  const {plain, scope} = fusedKernels[fused.kernelName];
  const {x, filter} = weightedKernels[plain];
  const {bias} = fused.inputs;
  const own = [fused.inputs[x], fused.inputs[filter], ...(bias ? [bias] : [])];
  const given = Object.values(inputs);
  const isSame = own.length === given.length && own.every((tensor, i) => tensor === given[i]);
  return kernelName === scope && isSame && outputs[0].dataId === fused.output.dataId;
}

/**
 * The reason why rules do not serve an op with weights, or undefined. Rules see dense layers as x [batch, inputs] times a filter.
 */
export function refusalOf({kind, attrs, x, filter}: WeightedOp): string | undefined {
  if (kind !== 'dense') return undefined;
  if (attrs['transposeA']) return 'it multiplies by the transpose of x, so the batch is not its first dimension';
  if (filter.rank > 2 && filter.shape.slice(0, -2).some((size) => size !== 1))
    return `it has several matrices of weights at once ([${filter.shape}])`;
  return x.rank > 3 ? `its input has ${x.rank} dimensions` : undefined;
}

/**
 * The exact passes of an op: the gradients that are registered in tfjs, on other operands. So they are convgrad's where it is
 * installed, and tfjs's own elsewhere.
 * @param x a tensor in the shape of x; `backpropInput` needs no more of it
 */
export function exactPasses(tf: Tf, {kernelName, attrs, kernel, filter}: WeightedOp, x: () => Tensor): ExactPasses {
  const backward = (wanted: string, dy: Tensor, image: Tensor, weights: Tensor): Tensor => {
    const config = tf.getGradient(kernelName);
    if (!config) throw new ConvgradError('withRule', `tfjs has no gradient of ${kernelName}, so rules cannot use it.`);
    const operands: Record<string, Tensor> = {[kernel.x]: image, [kernel.filter]: weights};
    const saved = (config.inputsToSave ?? []).map((name) => operands[name]);
    return (config.gradFunc(dy, saved, attrs) as Record<string, () => Tensor>)[wanted]();
  };
  return {
    forward: (image, weights) =>
      tf.engine().runKernel(kernelName, {[kernel.x]: image, [kernel.filter]: weights}, attrs) as Tensor,
    backpropInput: (dy, weights) => backward(kernel.x, dy, x(), weights),
    backpropFilter: (image, dy) => backward(kernel.filter, dy, image, filter),
  };
}

/** The geometry of an op, with NHWC or NCHW as it is; undefined for a dense layer. */
export function geometryOf({kind, attrs, x, filter}: WeightedOp): Conv2DInfo | undefined {
  if (kind === 'dense') return undefined;
  const xShape = kind === 'transposed' ? (attrs['inputShape'] as number[]) : x.shape;
  return conv2dInfo('withRule', requestOf(kind === 'depthwise' ? kind : 'dense', attrs, xShape, filter.shape));
}
