import {makeCounters} from '../../engine/coverageCounter.js';
import type {Shader, Step} from './step.js';

/** A slice of fewer pixels or channels is not worth its sum. */
const minSlice = 32;

/** result[k] = Σ_s part[s, k], in the order of the slices: the same bits in every run. `width` are the result's last dimension. */
const sumCode = `
  fn main(index: i32) {
    if (index >= uniforms.threads) {
      return;
    }
    var sum = part[index];
    for (var s = 1; s < uniforms.slices; s++) {
      sum += part[s * uniforms.threads + index];
    }
    result[index] = epilogue(sum, index % uniforms.width);
  }
`;

/** Adds slices up. */
export const sumSlices: Shader = {
  ...{name: 'sum of slices', code: sumCode, inputs: ['part'], epilogue: 'f32'},
  counter: makeCounters(['sum of slices shader'])[0],
};

/**
 * The step once for each slice of what it sums over: its threads are those of one slice, and its result has a slice after the other.
 * @param wanted threads that keep the device busy, as far as slices give them work @param summed how many there are to sum over; slices are so many
 * times `unit`
 */
export function splitK(wanted: number, summed: number, unit: number, whole: Step): Step & {slices: number} {
  const {size, threads} = whole;
  const {slice, slices} = splitKSlices(wanted, summed, unit, threads);
  const uniforms = {...whole.uniforms, slice: [slice], slices: [slices], ofSlice: [threads]};
  return {...whole, size: slices * size, threads: slices * threads, uniforms, slices};
}

/** How long a slice is where each has so many threads, and how many there are; see {@link splitK}. */
export function splitKSlices(wanted: number, summed: number, unit: number, threads: number) {
  const most = Math.ceil(summed / minSlice);
  const slice = unit * Math.ceil(summed / Math.max(1, Math.min(Math.round(wanted / threads), most)) / unit);
  return {slice, slices: Math.ceil(summed / slice)};
}

/** {@link splitK}, and the sum of all slices where there are several. @param number of the step in its plan @param width channels of what is finished */
export function splitKWithSum(
  wanted: number,
  summed: number,
  unit: number,
  number: number,
  whole: Step,
  width = 1,
): Step[] {
  const {slices, ...parts} = splitK(wanted, summed, unit, whole);
  const {size} = whole;
  if (slices === 1) return [parts];
  return [
    parts,
    {shader: sumSlices, reads: [number], size, threads: size, uniforms: {slices: [slices], width: [width]}},
  ];
}
