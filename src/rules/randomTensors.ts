import type {Tensor} from '@tensorflow/tfjs-core';
import {randomFrom} from '../geometry/random.js';
import type {Tf} from './tfjs.js';

/** Tensors of seeded random numbers. The same seed gives the same bits on every backend. */
export class RandomTensors {
  private readonly next: () => number;

  constructor(
    private readonly tf: Tf,
    seed: string,
  ) {
    this.next = randomFrom(seed);
  }

  /** Numbers in [0, 1). */
  uniform(shape: readonly number[]): Tensor {
    return this.fill(shape, () => (this.next() >>> 8) / 2 ** 24); // 24 bits, so that float32 never rounds up to 1
  }

  /** Numbers of mean 0, by the method of Box and Muller. */
  normal(shape: readonly number[], deviation = 1): Tensor {
    let second: number | undefined;
    return this.fill(shape, () => {
      if (second !== undefined) {
        const value = second;
        second = undefined;
        return value;
      }
      const radius = deviation * Math.sqrt(-2 * Math.log((this.next() + 1) / 2 ** 32));
      const angle = (2 * Math.PI * this.next()) / 2 ** 32;
      second = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    });
  }

  /** −1 or 1, each with probability one half. */
  signs(shape: readonly number[]): Tensor {
    return this.fill(shape, () => (this.next() < 2 ** 31 ? -1 : 1));
  }

  private fill(shape: readonly number[], draw: () => number): Tensor {
    const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
    for (let i = 0; i < values.length; i++) values[i] = draw();
    return this.tf.tensor(values, [...shape]);
  }
}
