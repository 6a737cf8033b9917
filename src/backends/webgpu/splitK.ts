import {makeCounters} from '../../engine/coverageCounter.js';
import type {Shader, Step} from './step.js';
import {guard} from './wgsl.js';

/** The fewest pixels or channels in a slice; a smaller slice would not be worth its sum. */
const minSlice = 32;

/** result[k] = Σ_s part[s, k], in the order of the slices, so every run gives the same bits. `width` is the result's last dimension. */
const sumCode = `
  fn main(index: i32) {
    ${guard}
    var sum = part[index];
    for (var s = 1; s < uniforms.slices; s++) {
      sum += part[s * uniforms.threads + index];
    }
    result[index] = epilogue(sum, index % uniforms.width);
  }
`;

/** The shader that adds slices up. */
export const sumSlices: Shader = {
  ...{name: 'sum of slices', code: sumCode, inputs: ['part'], epilogue: 'f32'},
  counter: makeCounters(['sum of slices shader'])[0],
};

/**
 * Cuts what a step sums over into slices. The threads of `whole` run once for each slice, and the result holds one slice after the other.
 * @param wanted threads that keep the device busy; there are enough slices to reach it, if slices stay long enough
 * @param summed the number of terms to sum over
 * @param unit the length of a slice is a multiple of it
 */
export function splitK(wanted: number, summed: number, unit: number, whole: Step): Step & {slices: number} {
  const {size, threads} = whole;
  const {slice, slices} = splitKSlices(wanted, summed, unit, threads);
  const uniforms = {...whole.uniforms, slice: [slice], slices: [slices], ofSlice: [threads]};
  return {...whole, size: slices * size, threads: slices * threads, uniforms, slices};
}

/** The length and the number of slices, if each slice has so many threads; see {@link splitK}. */
export function splitKSlices(wanted: number, summed: number, unit: number, threads: number) {
  const most = Math.ceil(summed / minSlice);
  const slice = unit * Math.ceil(summed / Math.max(1, Math.min(Math.round(wanted / threads), most)) / unit);
  return {slice, slices: Math.ceil(summed / slice)};
}

/**
 * {@link splitK}, followed by the sum of all slices if there are several.
 * @param number of the sliced step in its plan
 * @param width the number of channels of the finished result; only its epilogue reads it
 */
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
