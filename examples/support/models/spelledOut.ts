import * as tf from '@tensorflow/tfjs';

/** Of a convolutional layer, as tfjs takes it. */
export interface Config {
  filters: number;
  kernelSize: number;
  strides?: number;
  dilationRate?: number;
  padding: 'same' | 'causal';
  activation?: 'relu' | 'linear';
  useBias?: boolean;
  kernelInitializer: ReturnType<typeof tf.initializers.heNormal>;
}

/** `tf.layers.conv2d` or `conv1d`, by the rank of what comes in, for tfjs alone: dilation and 'causal' are spelled out in zeros, which it can train. */
export function spelledOut(config: Config): tf.layers.Layer {
  return new SpelledOut(config);
}

class SpelledOut extends tf.layers.Layer {
  static className = 'SpelledOut';
  private kernel!: tf.LayerVariable;
  private bias?: tf.LayerVariable;

  constructor(private readonly config: Config) {
    super({});
  }

  override build(inputShape: number[]): void {
    const {filters, kernelSize, useBias = true, kernelInitializer} = this.config;
    const size = Array<number>(inputShape.length - 2).fill(kernelSize);
    const shape = [...size, inputShape[inputShape.length - 1], filters];
    this.kernel = this.addWeight('kernel', shape, 'float32', kernelInitializer);
    if (useBias) this.bias = this.addWeight('bias', [filters], 'float32', tf.initializers.zeros());
    this.built = true;
  }

  override computeOutputShape([batch, ...sizes]: number[]): number[] {
    const {filters, strides = 1} = this.config;
    return [batch, ...sizes.slice(0, -1).map((size) => Math.ceil(size / strides)), filters];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const {kernelSize, strides = 1, dilationRate = 1, padding, activation} = this.config;
      const x = [inputs].flat()[0];
      const rows = x.rank === 3 ? tf.expandDims(x, 1) : x;
      const before = padding === 'causal' ? (kernelSize - 1) * dilationRate : 0;
      const padded = tf.pad(rows, [
        [0, 0],
        [0, 0],
        [before, 0],
        [0, 0],
      ]) as tf.Tensor4D;
      const pad = padding === 'causal' ? 'valid' : 'same';
      const y: tf.Tensor = tf.conv2d(padded, this.spreadFilter(x.rank === 4), strides, pad);
      const biased = this.bias ? tf.add(y, this.bias.read()) : y;
      const active = activation === 'relu' ? tf.relu(biased) : biased;
      return x.rank === 3 ? tf.squeeze(active, [1]) : active;
    });
  }

  /** [kh, kw, C, F] with zeros between the taps: a product with a matrix that has a single 1 for each tap. */
  private spreadFilter(square: boolean): tf.Tensor4D {
    const {kernelSize, dilationRate = 1, filters} = this.config;
    const kernel = this.kernel.read();
    const reach = (kernelSize - 1) * dilationRate + 1;
    const rows = square ? kernelSize : 1;
    const rowOf = (tap: number) => Math.floor(tap / kernelSize) * dilationRate;
    const placeOf = (tap: number) => rowOf(tap) * reach + (tap % kernelSize) * dilationRate;
    const height = square ? reach : 1;
    const row = (tap: number) => Array.from({length: height * reach}, (_, place) => Number(place === placeOf(tap)));
    const spread = tf.tensor2d(Array.from({length: rows * kernelSize}, (_, tap) => row(tap)));
    const taps = tf.reshape(kernel, [rows * kernelSize, -1]) as tf.Tensor2D;
    return tf.reshape(tf.matMul(spread, taps, true), [height, reach, -1, filters]) as tf.Tensor4D;
  }
}
