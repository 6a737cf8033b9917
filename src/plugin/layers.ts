import type {Tensor} from '@tensorflow/tfjs-core';
import {
  type ConvLayer,
  convolve,
  convolveTransposed,
  isDilated,
  needsOwnConvolution,
  withSettings,
} from './convLayers.js';
import {convolveDepthwise, convolveSeparable, type DepthwiseLayer} from './depthwiseLayers.js';
import {builtinKernelNames, isOurs} from './kernels.js';
import type {MethodPatches} from './methodPatches.js';
import type {Tf} from './tfjs.js';

type CallMethod = (this: ConvLayer, inputs: Tensor | Tensor[], kwargs: object) => Tensor | Tensor[];
type OutputShapeMethod = (this: ConvLayer, inputShape: number[]) => number[];

/** Our methods for one layer class. Each gets tfjs's method to fall back on. */
interface LayerMethods {
  call(tf: Tf, original: CallMethod): CallMethod;
  computeOutputShape?(tf: Tf, original: OutputShapeMethod): OutputShapeMethod;
}

/** Runs our computation for the layers and inputs that need it, and tfjs's method for all others. */
function callIf<L extends ConvLayer>(
  needed: (tf: Tf, layer: L, x: Tensor) => boolean,
  run: (tf: Tf, layer: L, x: Tensor) => Tensor,
): LayerMethods['call'] {
  return (tf, original) =>
    function (inputs, kwargs) {
      const [x, ...others] = [inputs].flat();
      const layer = this as L;
      return others.length === 0 && needed(tf, layer, x) ? run(tf, layer, x) : original.call(this, inputs, kwargs);
    };
}

/** Computes tfjs's output shape as if the layer had other settings, if `settings` returns some. */
function outputShapeAs(settings: (layer: ConvLayer) => Partial<ConvLayer> | false): LayerMethods['computeOutputShape'] {
  return (_tf, original) =>
    function (inputShape) {
      const others = settings(this);
      return original.call(others ? withSettings(this, others) : this, inputShape);
    };
}

/** For shapes, tfjs treats 'causal' like 'valid'; the true output length is that of 'same'. */
const causalAsSame = outputShapeAs(({padding, rank}) => padding === 'causal' && rank === 1 && {padding: 'same'});

/**
 * tfjs ignores dilation in these shapes. A dilated filter reaches as far as a larger one, so a larger kernelSize gives the right
 * shape.
 */
const dilatedAsLarger = outputShapeAs(
  (layer) =>
    isDilated(layer) && {
      kernelSize: Array.from(layer.kernelSize, (size, i) => (size - 1) * layer.dilationRate[i] + 1),
      dilationRate: Array.from(layer.dilationRate, () => 1),
    },
);

const convMethods = {call: callIf(needsOwnConvolution, convolve), computeOutputShape: causalAsSame};
const dilatedImages = (_tf: Tf, layer: ConvLayer, x: Tensor) => isDilated(layer) && x.rank === 4;

/** Our methods for each class of `tf.layers` that is patched, by tfjs's name for it. */
const classes: Readonly<Record<string, LayerMethods>> = {
  Conv1D: convMethods,
  Conv2D: convMethods,
  Conv2DTranspose: {call: callIf(dilatedImages, convolveTransposed), computeOutputShape: dilatedAsLarger},
  DepthwiseConv2D: {
    call: callIf<DepthwiseLayer>(dilatedImages, convolveDepthwise),
    computeOutputShape: dilatedAsLarger,
  },
  SeparableConv2D: {
    call: callIf<DepthwiseLayer>(
      // With channelsFirst, tfjs adds a channelsFirst bias to a channelsLast result.
      (tf, layer, x) => dilatedImages(tf, layer, x) || (layer.dataFormat === 'channelsFirst' && layer.bias !== null),
      convolveSeparable,
    ),
  },
};

/** A class of layers, as tfjs-layers registers it. */
interface LayerClass {
  className: string;
  prototype: object;
}

/**
 * The layer classes that convgrad patches, by tfjs's name, with their prototypes. tfjs-layers registers its classes with tfjs-core so that
 * models can be loaded, and there they are found without an import. A prototype is undefined where tfjs-layers is not loaded.
 */
export function layerPrototypes({serialization}: Tf): {layer: string; prototype: object | undefined}[] {
  const {classNameMap} = serialization.SerializationMap.getMap();
  return Object.keys(classes).map((layer) => ({layer, prototype: classNameMap[layer]?.[0].prototype as object}));
}

/**
 * Patches the layer classes of one copy of tfjs, those that are loaded later as they arrive. `active` says whether patching is still
 * requested, for callers who kept our methods.
 */
export function patchLayers(tf: Tf, patches: MethodPatches, active: () => boolean): void {
  for (const {layer, prototype} of layerPrototypes(tf)) {
    if (prototype) patchLayer(tf, {className: layer, prototype}, patches, active);
  }
  patches.patch(tf.serialization.SerializationMap, 'register', (original) => {
    const ours = function (this: unknown, layer: LayerClass) {
      (original as (this: unknown, layer: LayerClass) => void).call(this, layer);
      if (active()) patchLayer(tf, layer, patches, active);
    };
    return ours as never;
  });
}

function patchLayer(tf: Tf, {className, prototype}: LayerClass, patches: MethodPatches, active: () => boolean): void {
  for (const [name, method] of Object.entries(classes[className] ?? {})) {
    patches.patch(prototype, name, (original) => {
      const ours = method(tf, original as never) as CallMethod;
      return function (this: ConvLayer, ...args: unknown[]) {
        return (active() && isServed(tf) ? ours : original).apply(this as never, args as never);
      } as CallMethod;
    });
  }
}

/** Whether convgrad's kernel would run a convolution of tfjs now. */
function isServed(tf: Tf): boolean {
  return isOurs(tf.getKernel(builtinKernelNames.dense.forward, tf.getBackend())?.kernelFunc);
}
