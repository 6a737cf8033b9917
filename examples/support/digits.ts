import * as tf from '@tensorflow/tfjs';

/** The digits 0 to 9, five dots wide and seven high: glyphs[row][digit] is one row of one digit. */
const glyphs = `
  .###. ..#.. .###. .###. ...#. ##### .###. ##### .###. .###.
  #...# .##.. #...# #...# ..##. #.... #...# ....# #...# #...#
  #..## ..#.. ....# ....# .#.#. ####. #.... ...#. #...# #...#
  #.#.# ..#.. ...#. ..##. #..#. ....# ####. ..#.. .###. .####
  ##..# ..#.. ..#.. ....# ##### ....# #...# .#... #...# ....#
  #...# ..#.. .#... #...# ...#. #...# #...# .#... #...# #...#
  .###. .###. ##### .###. ...#. .###. .###. .#... .###. .###.`
  .trim()
  .split('\n')
  .map((line) => line.trim().split(' '));

/** The side of the images. */
export const size = 16;

/** Images of digits, [count, 16, 16, 1], and which digit each shows, one-hot [count, 10]. */
export interface Digits {
  images: tf.Tensor4D;
  labels: tf.Tensor2D;
}

/** Draws digits, all ten in turn, each with a size, slant, place and noise of its own. The same seed draws the same images. */
export function drawDigits(count: number, seed: number): Digits {
  return tf.tidy(() => {
    const digits = Array.from({length: count}, (_, i) => i % 10);
    const shapes = tf.randomUniform([count, 4], -1, 1, 'float32', seed).arraySync() as number[][];
    const drawn = tf.tensor4d(digits.map((digit, i) => draw(digit, shapes[i])));
    const noise = tf.randomNormal(drawn.shape, 0, 0.2, 'float32', seed + 1);
    return {images: tf.add(drawn, noise) as tf.Tensor4D, labels: tf.oneHot(digits, 10).toFloat() as tf.Tensor2D};
  });
}

/** [16, 16, 1]: the glyph laid over the image, slanted about its middle. The four numbers are in [−1, 1]. */
function draw(digit: number, [zoom, slant, right, down]: number[]): number[][][] {
  const dotsPerPixel = 0.55 + 0.08 * zoom;
  const middle = (size - 1) / 2;
  return Array.from({length: size}, (_, v) =>
    Array.from({length: size}, (_, u) => {
      const y = dotsPerPixel * (v - middle - 1.5 * down);
      const x = dotsPerPixel * (u - middle - 1.5 * right) + 0.25 * slant * y;
      return [ink(digit, x + 2, y + 3)];
    }),
  );
}

/** How black the glyph is between its dots: bilinear. */
function ink(digit: number, x: number, y: number): number {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [a, b] = [x - left, y - top];
  const dot = (column: number, row: number) => (glyphs[row]?.[digit][column] === '#' ? 1 : 0);
  const row = (at: number) => (1 - a) * dot(left, at) + a * dot(left + 1, at);
  return (1 - b) * row(top) + b * row(top + 1);
}
