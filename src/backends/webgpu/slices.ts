import {makeParts} from '../../engine/part.js';
import type {Shader, Step} from './step.js';

/** A slice of fewer pixels or channels is not worth its sum. */
const leastSlice = 32;

/** result[k] = Σ_s part[s, k], in the order of the slices: the same bits in every run. `width` are the result's last dimension. */
const sumOfSlices = `
  fn main(index: i32) {
    if (index >= uniforms.threads) {
      return;
    }
    var sum = part[index];
    for (var s = 1; s < uniforms.slices; s++) {
      sum += part[s * uniforms.threads + index];
    }
    result[index] = finish(sum, index % uniforms.width);
  }
`;

/** Adds slices up. */
export const sum: Shader = {
  ...{name: 'sum of slices', code: sumOfSlices, inputs: ['part'], finish: 'f32'},
  part: makeParts(['sum of slices shader'])[0],
};

/**
 * The step once for each slice of what it sums over: its threads are those of one slice, and its result has a slice after the other.
 * @param wanted threads that keep the device busy, as far as slices give them work @param summed how many there are to sum over; slices are so many
 * times `unit`
 */
export function sliced(wanted: number, summed: number, unit: number, whole: Step): Step & {slices: number} {
  const {size, threads} = whole;
  const {slice, slices} = slicesOf(wanted, summed, unit, threads);
  const uniforms = {...whole.uniforms, slice: [slice], slices: [slices], ofSlice: [threads]};
  return {...whole, size: slices * size, threads: slices * threads, uniforms, slices};
}

/** How long a slice is where each has so many threads, and how many there are; see {@link sliced}. */
export function slicesOf(wanted: number, summed: number, unit: number, threads: number) {
  const most = Math.ceil(summed / leastSlice);
  const slice = unit * Math.ceil(summed / Math.max(1, Math.min(Math.round(wanted / threads), most)) / unit);
  return {slice, slices: Math.ceil(summed / slice)};
}

/** {@link sliced}, and the sum of all slices where there are several. @param number of the step in its plan @param width channels of what is finished */
export function slicedWithSum(
  wanted: number,
  summed: number,
  unit: number,
  number: number,
  whole: Step,
  width = 1,
): Step[] {
  const {slices, ...parts} = sliced(wanted, summed, unit, whole);
  const {size} = whole;
  if (slices === 1) return [parts];
  return [parts, {shader: sum, reads: [number], size, threads: size, uniforms: {slices: [slices], width: [width]}}];
}
