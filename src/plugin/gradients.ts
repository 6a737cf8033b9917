import type {GradConfig, NamedAttrMap, Tensor} from '@tensorflow/tfjs-core';
import {servedBackends} from '../backends/index.js';
import type {Conv2DRequest, Kind} from '../geometry/conv2dInfo.js';
import {ConvgradError} from '../geometry/error.js';
import {functionNames, isOurs, type KernelNames, markOurs} from './kernels.js';
import type {Tf} from './tfjs.js';

/**
 * The gradients of the three passes of one kind. A convolution is bilinear, so each gradient is one of the same three passes.
 * Second and higher orders need no further code:
 *
 *     y = forward(x, filter)             dx = backpropInput(dy, filter)           dFilter = backpropFilter(x, dy)
 *     dx = backpropInput(dy, filter)     d(dy) = forward(ddx, filter)             dFilter = backpropFilter(ddx, dy)
 *     dFilter = backpropFilter(x, dy)    dx = backpropInput(dy, ddFilter)         d(dy) = forward(x, ddFilter)
 *
 * Every call passes all attributes on, including dilations and dimRoundingMode, which tfjs's own gradients refuse or drop. Only
 * inputs are saved. A saved output would stand before its own node on the tape and make second derivatives silently wrong (tfjs
 * issue 3252).
 */
export function gradientConfigs(tf: Tf, kind: Kind, names: KernelNames): GradConfig[] {
  const run = (name: string, inputs: Record<string, Tensor>, attrs: NamedAttrMap) =>
    tf.engine().runKernel(name, inputs, attrs) as Tensor;
  const backward = (name: string, inputs: Record<string, Tensor>, attrs: NamedAttrMap) => {
    refuseForeignKernel(tf, kind, name, attrs as DilationAttributes);
    return run(name, inputs, attrs);
  };
  const forward = (x: Tensor, filter: Tensor, attrs: NamedAttrMap) =>
    run(names.forward, {x, filter}, geometryAttributes(attrs));
  const backpropInput = (dy: Tensor, filter: Tensor, attrs: NamedAttrMap, inputShape: number[]) =>
    backward(names.backpropInput, {dy, filter}, {...geometryAttributes(attrs), inputShape});
  const backpropFilter = (x: Tensor, dy: Tensor, attrs: NamedAttrMap, filterShape: number[]) =>
    backward(names.backpropFilter, {x, dy}, {...geometryAttributes(attrs), filterShape});
  const config = (
    kernelName: string,
    inputsToSave: [string, string],
    gradients: (upstream: Tensor, a: Tensor, b: Tensor, attrs: NamedAttrMap) => [() => Tensor, () => Tensor],
  ): GradConfig => ({
    kernelName,
    inputsToSave,
    gradFunc: markOurs((upstream: Tensor | Tensor[], saved: Tensor[], attrs: NamedAttrMap) => {
      const [first, second] = gradients(upstream as Tensor, saved[0], saved[1], attrs);
      return {[inputsToSave[0]]: first, [inputsToSave[1]]: second};
    }),
  });
  return [
    config(names.forward, ['x', 'filter'], (dy, x, filter, attrs) => [
      () => backpropInput(dy, filter, attrs, x.shape),
      () => backpropFilter(x, dy, attrs, filter.shape),
    ]),
    config(names.backpropInput, ['dy', 'filter'], (ddx, dy, filter, attrs) => [
      () => forward(ddx, filter, attrs),
      () => backpropFilter(ddx, dy, attrs, filter.shape),
    ]),
    config(names.backpropFilter, ['x', 'dy'], (ddFilter, x, dy, attrs) => [
      () => backpropInput(dy, ddFilter, attrs, x.shape),
      () => forward(x, ddFilter, attrs),
    ]),
  ];
}

type DilationAttributes = Pick<Conv2DRequest, 'dilations' | 'dimRoundingMode'>;

/** The geometry's attributes. tfjs's layers leave dilations null, which its own backward kernels do not accept. */
function geometryAttributes({strides, pad, dataFormat, dilations, dimRoundingMode}: NamedAttrMap): NamedAttrMap {
  return {strides, pad, dataFormat, dilations: dilations ?? [1, 1], dimRoundingMode};
}

/**
 * Refuses to pass dilation to a backward kernel that is not convgrad's. tfjs's own would ignore it and return wrong values, and
 * others are unknown. tfjs's forward kernels accept dilation.
 */
function refuseForeignKernel(tf: Tf, kind: Kind, name: string, {dilations}: DilationAttributes): void {
  const backend = tf.getBackend();
  const dilated = [dilations ?? 1].flat().some((dilation) => dilation !== 1);
  if (!dilated || isOurs(tf.getKernel(name, backend)?.kernelFunc)) return;
  throw new ForeignKernelError(
    `${functionNames[kind]} gradient`,
    `${name} on backend '${backend}' is not convgrad's kernel, and no other kernel is known to take dilations [${dilations}]; ` +
      `install convgrad and use a backend that it serves: ${servedBackends().join(', ')}.`,
  );
}

/** Thrown when a gradient with dilation would need a kernel that is not convgrad's. */
export class ForeignKernelError extends ConvgradError {}
