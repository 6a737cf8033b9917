import {arithmeticOf} from '../../../src/backends/index.js';
import {parseProblem} from '../../../src/geometry/problem.js';
import type {Expected} from '../../../src/verify/reference/reference.js';
import {heatmapOf, inputPlanes} from '../../../src/verify/report/heatmap.js';

const comparison = {arithmetic: arithmeticOf('cpu'), headroom: 1};
const wantedOf = (shape: [number, number, number, number]): Expected => {
  const size = shape.reduce((a, b) => a * b);
  return {
    values: Float64Array.from({length: size}, (_, i) => i),
    terms: new Uint32Array(size).fill(2),
    magnitudes: new Float64Array(size).fill(8),
    shape,
  };
};

test('shows the most wrong slices of an image with actual, expected and bound', () => {
  const expected = wantedOf([2, 2, 3, 2]);
  const values = Float32Array.from(expected.values);
  values[12 + 6 + 2 * 2 + 1] += 1; // batch 1, row 1, column 2, channel 1
  values[0] += 3;
  const heatmap = heatmapOf({values, shape: expected.shape}, expected, 'forward', {...comparison, fill: 'reals'})!;
  expect(heatmap.slices.map(({place}) => place)).toEqual(['batch 0, channel 0', 'batch 1, channel 1']);
  expect(heatmap.slices[1]).toMatchObject({
    ...{from: [0, 0], columns: 3, want: [13, 15, 17, 19, 21, 23], got: [13, 15, 17, 19, 21, 24]},
  });
  expect(heatmap.slices[1].bound[0]).toBeCloseTo(4 * 2 ** -24 * 8, 10);
});

test('shows the taps of a filter, with bound 0 on integers', () => {
  const expected = wantedOf([2, 2, 1, 3]);
  const values = Float32Array.from(expected.values);
  values[4] = Number.NaN; // tap (0, 1), channels 0 → 1
  const got = {values, shape: expected.shape};
  expect(heatmapOf(got, expected, 'backpropFilter', {...comparison, fill: 'integers'})).toEqual({
    shape: [2, 2, 1, 3],
    slices: [
      {
        ...{place: 'input channel 0, output channel 1', from: [0, 0], columns: 2},
        ...{got: [1, Number.NaN, 7, 10], want: [1, 4, 7, 10], bound: [0, 0, 0, 0]},
      },
    ],
  });
});

test('shows the part of a large plane around the worst element', () => {
  const expected = wantedOf([1, 100, 40, 1]);
  const values = Float32Array.from(expected.values);
  values[98 * 40 + 20] += 1;
  const [plane] = heatmapOf({values, shape: expected.shape}, expected, 'backpropInput', {
    ...comparison,
    fill: 'integers',
  })!.slices;
  expect(plane).toMatchObject({from: [68, 4], columns: 32});
  expect(plane.got).toHaveLength(32 * 32);
});

test('is absent if no value is wrong, or if the shape is wrong', () => {
  const expected = wantedOf([1, 2, 2, 1]);
  const right = {values: expected.values, shape: expected.shape};
  expect(heatmapOf(right, expected, 'forward', {...comparison, fill: 'integers'})).toBeUndefined();
  expect(heatmapOf({...right, shape: [4]}, expected, 'forward', {...comparison, fill: 'integers'})).toBeUndefined();
});

test('shows the first plane of each input that the pass reads', () => {
  const problem = parseProblem('mb2ih3iw2ic2oc3kh2kw1');
  const counted = (length: number) => Float32Array.from({length}, (_, i) => i);
  const inputs = {x: counted(24), filter: counted(12), dy: counted(24)};
  expect(inputPlanes({problem, inputs}, 'forward')).toEqual([
    {name: 'x', columns: 2, values: [0, 2, 4, 6, 8, 10]},
    {name: 'filter', columns: 1, values: [0, 6]},
  ]);
  expect(inputPlanes({problem, inputs}, 'backpropFilter')[1]).toEqual({name: 'dy', columns: 2, values: [0, 3, 6, 9]});
});

test('shows the beginning of a large plane, and nothing of an empty tensor', () => {
  const wide = parseProblem('ih1iw100ic1oc1kh1kw1');
  const inputs = {x: new Float32Array(100), filter: new Float32Array(1), dy: new Float32Array(100)};
  expect(inputPlanes({problem: wide, inputs}, 'forward')[0].values).toHaveLength(32);
  const empty = parseProblem('mb0ih2iw2ic1oc1kh1kw1');
  const names = inputPlanes({problem: empty, inputs}, 'forward').map(({name}) => name);
  expect(names).toEqual(['filter']);
});
