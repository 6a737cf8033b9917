import type {Tensor, Tensor3D} from '@tensorflow/tfjs-core';
import type {LayersModel, layers} from '@tensorflow/tfjs-layers';
import {refuseUnknown} from '../../geometry/didYouMean.js';
import {ConvgradError} from '../../geometry/error.js';
import {defaultTf} from '../tfjs.js';
import {withRule} from '../withRule.js';
import {oneHotTarget, type SaliencyOptions, saliencyOptionNames} from './saliency.js';

type Layer = layers.Layer;

/**
 * Grad-CAM: where in a layer's feature maps the evidence for a class lies (https://arxiv.org/abs/1610.02391).
 *
 *     map[n, h, w] = relu(Σ_c α[n, c]·a[n, h, w, c]),     α[n, c] = mean over (h, w) of dOutput/da
 *
 * @param x [batch, …], as the model takes it; give it the model up to its logits
 * @param layer the name of a layer whose output is [batch, height, width, channels]; the last convolution is the usual choice
 * @returns [batch, height, width] of the layer's output, with no negative values; `tf.image.resizeBilinear` brings it to the size of x
 * @throws ConvgradError if there is no such layer, or its output has another rank; on outputs and targets as `saliency` does
 */
export function gradCam(model: LayersModel, x: Tensor, layer: string, options: SaliencyOptions = {}): Tensor3D {
  refuseUnknown('gradCam', options, saliencyOptionNames);
  const {rule = 'exact', target, tf = defaultTf} = options;
  const all = layersOf(model);
  const found = all.find(({name}) => name === layer);
  if (!found) {
    const names = all.map(({name}) => name).join(', ');
    throw new ConvgradError('gradCam', `the model has no layer '${layer}'; it has ${names}.`);
  }
  let maps: Tensor | undefined;
  try {
    return tf.tidy(() => {
      const run = (replace: (output: Tensor) => Tensor): Tensor =>
        withOutput(found, replace, () => model.apply(x) as Tensor);
      const outputs = run((output) => {
        maps?.dispose();
        maps = tf.keep(tf.clone(output)); // models free what is inside them
        return output;
      });
      if (maps?.rank !== 4) {
        const got = maps ? `[${maps.shape}]` : 'several tensors';
        throw new ConvgradError(
          'gradCam',
          `the output of '${layer}' must be [batch, height, width, channels]; got ${got}.`,
        );
      }
      const chosen = oneHotTarget(tf, 'gradCam', outputs, target);
      // The gradient with respect to zeros that are added to the maps is the gradient with respect to the maps.
      const gradient = tf.grad((zeros) => run((output) => tf.add(output, zeros)));
      const weights = tf.mean(
        withRule(rule, () => gradient(tf.zerosLike(maps as Tensor), chosen), {tf}),
        [1, 2],
        true,
      );
      return tf.relu(tf.sum(tf.mul(weights, maps), 3)) as Tensor3D;
    });
  } finally {
    maps?.dispose();
  }
}

/** The layers of a model, with those of models in it. */
function layersOf(model: LayersModel): Layer[] {
  return model.layers.flatMap((layer) => [
    layer,
    ...('layers' in layer ? layersOf(layer as unknown as LayersModel) : []),
  ]);
}

/** Runs fn while a layer's output passes through `replace`. The layer is as before when fn has ended. */
function withOutput<T>(layer: Layer, replace: (output: Tensor) => Tensor, fn: () => T): T {
  const own = Object.getOwnPropertyDescriptor(layer, 'call');
  const {call} = layer;
  layer.call = function (inputs, kwargs) {
    const outputs = call.call(this, inputs, kwargs);
    return Array.isArray(outputs) ? outputs : replace(outputs);
  };
  try {
    return fn();
  } finally {
    if (own) Object.defineProperty(layer, 'call', own);
    else Reflect.deleteProperty(layer, 'call');
  }
}
