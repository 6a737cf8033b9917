import * as tf from '@tensorflow/tfjs';

/** Images [count, size, size, 3] of coloured stripes that run in one of four directions, in turn, and which one: one-hot [count, 4]. */
export function drawStripes(count: number, size: number): {images: tf.Tensor4D; labels: tf.Tensor2D} {
  return tf.tidy(() => {
    const directions = Array.from({length: count}, (_, i) => i % 4);
    const chances = draws(count, 4);
    const images = directions.map((direction, i) => {
      const [cos, sin] = [Math.cos((direction * Math.PI) / 4), Math.sin((direction * Math.PI) / 4)];
      return pixels(size, (x, y) => {
        const wave = Math.sin(1.2 * (cos * x + sin * y) + 6 * chances[i][0]);
        return chances[i].slice(1).map((colour) => wave * (0.5 + colour));
      });
    });
    return {images: tf.tensor4d(images), labels: tf.oneHot(directions, 4).toFloat() as tf.Tensor2D};
  });
}

/** Images [count, size, size, 1] of a bright disc on a slope, and where the disc is: 1 inside, 0 outside. */
export function drawDiscs(count: number, size: number): {images: tf.Tensor4D; masks: tf.Tensor4D} {
  return tf.tidy(() => {
    const discs = draws(count, 3).map(([across, down, radius]) => {
      const [u, v] = [across, down].map((part) => size * (0.3 + 0.4 * part));
      return (x: number, y: number) => Number(Math.hypot(x - u, y - v) < size * (0.15 + 0.15 * radius));
    });
    const draw = (paint: (disc: number, x: number, y: number) => number) =>
      tf.tensor4d(discs.map((disc) => pixels(size, (x, y) => [paint(disc(x, y), x, y)])));
    return {
      images: draw((disc, x, y) => disc + (x - y) / size + 0.3 * Math.sin(3 * x + 5 * y)),
      masks: draw((disc) => disc),
    };
  });
}

/** [size, size, channels] */
function pixels(size: number, colour: (x: number, y: number) => number[]): number[][][] {
  return Array.from({length: size}, (_, y) => Array.from({length: size}, (_, x) => colour(x, y)));
}

/** Numbers in [0, 1). */
function draws(count: number, each: number): number[][] {
  return tf.randomUniform([count, each], 0, 1, 'float32', 1).arraySync() as number[][];
}
