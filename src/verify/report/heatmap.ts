import {type Pass, passTensors} from '../../geometry/pass.js';
import type {TestVector} from '../data/testVector.js';
import {boundAt} from '../reference/bound.js';
import {type Actual, type CompareOptions, ratio} from '../reference/compare.js';
import {type Expected, type Inputs, tensorShapes} from '../reference/reference.js';

/** A picture of a wrong result: those of its planes that are most wrong. It is for people and is not part of the JSON. */
export interface Heatmap {
  /** The shape of the whole result in NHWC (filter: HWIO) order. */
  shape: readonly number[];
  slices: HeatmapSlice[];
  /** The first plane of each input that the pass reads. */
  inputs?: InputPlane[];
}

/** A part of an input over height and width, row by row. */
export interface InputPlane {
  name: keyof Inputs;
  columns: number;
  values: number[];
}

/** A part of a result over height and width, row by row. */
export interface HeatmapSlice {
  /** The position on the axes that the slice does not span: `batch 0, channel 2`. */
  place: string;
  /** The first row and column of the slice. */
  from: readonly [row: number, column: number];
  columns: number;
  got: number[];
  want: number[];
  bound: number[];
}

/** The most planes of one picture. */
const most = 4;
/** The longest side of a plane. Of a larger plane, only the part around the worst element is shown. */
const longest = 32;

/** Makes the picture of a wrong result. Undefined when every element is within its bound: then the values are not what failed. */
export function heatmapOf(
  got: Actual,
  expected: Expected,
  pass: Pass,
  {fill, arithmetic}: CompareOptions,
): Heatmap | undefined {
  const {shape, values} = expected;
  if (got.shape.join() !== shape.join()) return undefined;
  const boundOf = (i: number) => (fill === 'integers' ? 0 : boundAt(expected, i, arithmetic));
  const worst = new Map<string, {index: number; size: number}>();
  for (let index = 0; index < values.length; index++) {
    const error = Math.abs(got.values[index] - values[index]);
    const size = ratio({error: Number.isNaN(error) ? Number.POSITIVE_INFINITY : error, bound: boundOf(index)});
    if (size <= 1) continue;
    const {place} = locate(index, shape, pass);
    if (size > (worst.get(place)?.size ?? 0)) worst.set(place, {index, size});
  }
  if (worst.size === 0) return undefined;
  const chosen = [...worst.values()].sort((a, b) => b.size - a.size).slice(0, most);
  return {
    shape,
    slices: chosen.map(({index}) => {
      const {place, at, size, indexOf} = locate(index, shape, pass);
      const [rows, columns] = [0, 1].map((axis) => stretch(at[axis], size[axis]));
      const indices = rows.flatMap((row) => columns.map((column) => indexOf(row, column)));
      return {
        ...{place, from: [rows[0], columns[0]] as const, columns: columns.length},
        got: indices.map((i) => got.values[i]),
        want: indices.map((i) => values[i]),
        bound: indices.map(boundOf),
      };
    }),
  };
}

/** The first plane of each input that a pass reads: the first image and channel, or the weights between the first channels. */
export function inputPlanes({problem, inputs}: Pick<TestVector, 'problem' | 'inputs'>, pass: Pass): InputPlane[] {
  return (passTensors[pass].inputs as readonly (keyof Inputs)[]).flatMap((name) => {
    const [a, b, c, d] = tensorShapes(problem)[name];
    const isFilter = name === 'filter';
    const [height, width, step] = isFilter ? [a, b, c * d] : [b, c, d];
    if (a * b * c * d === 0) return [];
    const [rows, columns] = [Math.min(height, longest), Math.min(width, longest)];
    const values = Array.from({length: rows * columns}, (_, i) => {
      const pixel = Math.floor(i / columns) * width + (i % columns);
      return inputs[name][pixel * step];
    });
    return [{name, columns, values}];
  });
}

/** Finds the plane of an element, its place in the plane, and the indices of the plane's other elements. */
function locate(index: number, [a, b, c, d]: Expected['shape'], pass: Pass) {
  const [i, j, k, l] = [
    Math.floor(index / (b * c * d)),
    Math.floor(index / (c * d)) % b,
    Math.floor(index / d) % c,
    index % d,
  ];
  return pass === 'backpropFilter'
    ? {
        place: `input channel ${k}, output channel ${l}`,
        at: [i, j],
        size: [a, b],
        indexOf: (row: number, column: number) => ((row * b + column) * c + k) * d + l,
      }
    : {
        place: `batch ${i}, channel ${l}`,
        at: [j, k],
        size: [b, c],
        indexOf: (row: number, column: number) => ((i * b + row) * c + column) * d + l,
      };
}

/** Indices of the whole axis, or of the longest stretch allowed that contains `at`. */
function stretch(at: number, size: number): number[] {
  const length = Math.min(size, longest);
  const first = Math.max(0, Math.min(at - Math.floor(length / 2), size - length));
  return Array.from({length}, (_, i) => first + i);
}
