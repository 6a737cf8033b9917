import type {Conv2DInfo} from '../../../geometry/conv2dInfo.js';
import {type Pass, passTensors, sizeOf} from '../../../geometry/pass.js';
import type {ProductCount} from '../cost.js';
import type {Setting} from '../device.js';
import {splitKSlices} from '../splitK.js';
import type {Uniforms} from '../step.js';

/** The number of tiles is rounded up to a multiple of this. */
export const unit = 4;

/** The image [H, W] that is cut into tiles, the grid of these tiles ([⌈H/2⌉, ⌈W/2⌉] for each of N images), and their rounded number. */
export function tileGridOf(info: Conv2DInfo, pass: Pass): {image: number[]; uniforms: Uniforms; tiles: number} {
  const image = pass === 'backpropInput' ? [info.inHeight, info.inWidth] : [info.outHeight, info.outWidth];
  const grid = image.map((side) => Math.ceil(side / 2));
  const tiles = unit * Math.ceil((info.batch * grid[0] * grid[1]) / unit);
  return {image, uniforms: {grid, batch: [info.batch]}, tiles};
}

/** The shape of the product for each matrix: [rows×depth]·[depth×width]→[rows×width]. */
export interface BatchedGemmShape {
  rows: number;
  depth: number;
  width: number;
}

/** The product of tiles and filters; for dFilter, of tiles of x and tiles of dy. */
export function batchedGemmShapeOf(
  {inChannels: C, outChannels: F}: Conv2DInfo,
  pass: Pass,
  tiles: number,
): BatchedGemmShape {
  if (pass === 'backpropFilter') return {rows: C, depth: tiles, width: F};
  return pass === 'forward' ? {rows: tiles, depth: C, width: F} : {rows: tiles, depth: F, width: C};
}

/** How a product is divided among threads, and into slices of what it sums over. */
export function sharing({threads: wanted, sums}: Setting, {rows, depth, width}: BatchedGemmShape) {
  const [isHigh, isWide] = [rows > 8, sums > 128 && width % 16 === 0];
  const tiles = [Math.ceil(rows / (isHigh ? 16 : 8)), Math.ceil(width / (isWide ? 16 : 8))];
  const threads = matrixCount * tiles[0] * tiles[1];
  return {isHigh, isWide, tiles, threads, ...splitKSlices(wanted, depth, unit, threads)};
}

/** The number of elements of the largest tensor that a step of the pass writes. */
export function largest(setting: Setting, info: Conv2DInfo, pass: Pass): number {
  const product = batchedGemmShapeOf(info, pass, tileGridOf(info, pass).tiles);
  const {rows, depth, width} = product;
  const {slices} = sharing(setting, product);
  const sides = matrixCount * Math.max(rows * depth, depth * width, slices * rows * width);
  return Math.max(sides, sizeOf(info, passTensors[pass].output));
}

/** The elements of a transformed tile, which has 4×4 pixels. Each has a matrix of its own. */
export const matrixCount = 16;

/** The products of the step that multiplies: [rows×depth]·[depth×width] for each matrix. */
export const winogradProducts: ProductCount = (
  _info,
  _pass,
  {uniforms: {rows: [rows] = [0], depth: [depth] = [0], width: [width] = [0]}},
) => matrixCount * rows * depth * width;
