import type {Tensor} from '@tensorflow/tfjs';
import {type ConvLayer, convolve, needsConvolve} from './convLayers.js';
import type {MethodSwaps} from './methodSwaps.js';
import type {Tf} from './tfjs.js';

type Call = (this: ConvLayer, inputs: Tensor | Tensor[], kwargs: object) => Tensor | Tensor[];
type OutputShape = (this: ConvLayer, inputShape: number[]) => number[];

/** Methods of ours for one class of layers, each given tfjs's own to fall back on. */
interface LayerMethods {
  call?(tf: Tf, original: Call): Call;
  computeOutputShape?(tf: Tf, original: OutputShape): OutputShape;
}

const convMethods: LayerMethods = {
  call: (tf, original) =>
    function (inputs, kwargs) {
      const [x, ...others] = [inputs].flat();
      if (others.length > 0 || !needsConvolve(tf, this, x)) return original.call(this, inputs, kwargs);
      return convolve(tf, this, x);
    },
  computeOutputShape: (_tf, original) =>
    function (inputShape) {
      // tfjs takes 'causal' for 'valid' here; its length is that of 'same'.
      const causal = this.padding === 'causal' && this.rank === 1;
      return original.call(causal ? like(this, {padding: 'same'}) : this, inputShape);
    },
};

/** One line per class that is patched. A layer is made to get at its class, with a name so that it takes none of tfjs's numbered ones. */
const classes: Record<string, {make: (layers: Tf['layers']) => object; methods: LayerMethods}> = {
  Conv1D: {make: (layers) => layers.conv1d(smallest), methods: convMethods},
  Conv2D: {make: (layers) => layers.conv2d(smallest), methods: convMethods},
};

const smallest = {name: 'convgrad', filters: 1, kernelSize: 1};

/** The classes of layers that convgrad patches, by tfjs's name, with their prototypes; none where this copy of tfjs has no layers. */
export function layerPrototypes(tf: Tf): {layer: string; prototype: object | undefined}[] {
  return Object.entries(classes).map(([layer, {make}]) => ({
    layer,
    prototype: tf.layers && (Object.getPrototypeOf(make(tf.layers)) as object),
  }));
}

/** Patches the layer classes of one copy of tfjs; `active` says whether that is still wanted, for callers who kept our methods. */
export function swapLayers(tf: Tf, swaps: MethodSwaps, active: () => boolean): void {
  for (const {layer, prototype} of layerPrototypes(tf)) {
    for (const [name, method] of Object.entries(prototype ? classes[layer].methods : {})) {
      swaps.swap(prototype as object, name, (original) => {
        const ours = method(tf, original as never) as Call;
        return function (this: ConvLayer, ...args: unknown[]) {
          return (active() ? ours : original).apply(this as never, args as never);
        } as Call;
      });
    }
  }
}

/** The layer with other settings. */
function like(layer: ConvLayer, settings: Partial<ConvLayer>): ConvLayer {
  return Object.assign(Object.create(layer) as ConvLayer, settings);
}
