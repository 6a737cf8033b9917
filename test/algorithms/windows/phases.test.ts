import {implicitGemm} from '../../../src/algorithms/implicitGemm.js';
import {phasesOf, transposedWindowsOf} from '../../../src/algorithms/windows/phases.js';
import {workKinds} from '../../../src/engine/work.js';
import {parseProblem, problemInfo} from '../../../src/geometry/problem.js';

const info = (problem: string) => problemInfo(parseProblem(problem));

it.each([
  // Problem, number of phases, whether they cover every pixel.
  ['ih9iw9ic2oc2kh3kw3-same', 1, true],
  ['ih9iw9ic2oc2kh3kw3sh2sw3-same', 6, true],
  ['ih9iw9ic2oc2kh1kw1sh2sw2', 1, false],
  ['ih9iw9ic2oc2kh3kw3sh4sw4dh2dw2-p2', 4, false],
  ['ih2iw6ic3oc1kh1kw1sh100000sw100000', 1, false],
  ['ih2iw6ic3oc1kh2kw3sh1000000000sw1000000000', 6, false],
  ['ih2iw6ic3oc1kh2kw6sh1000000000sw1000000000', 12, true],
  ['ih5iw5ic1oc1kh3kw3dh1000000dw1000000-same', 1, true],
  // No tap reaches dy.
  ['ih1iw1ic1oc1kh2kw1sh4dh2-pt3pb0pl0pr0', 0, false],
])('%s has %i phases', (problem, count, isWhole) => {
  const windows = transposedWindowsOf(info(problem));
  expect([windows.phases.length, windows.coversAll]).toEqual([count, isWhole]);
});

it('phases omit taps that never reach dy, and keep offsets small', () => {
  const {rows, columns} = phasesOf(info('ih5iw4ic1oc1kh3kw3dh1000000000dw1000000000-same'));
  for (const {phases, first, last} of [rows, columns]) {
    expect(phases).toEqual([{remainder: 0, taps: [{tap: 1, offset: 0}]}]);
    expect([first, last]).toEqual([1e9, 1e9]);
  }
});

it.each(['sh1sw1', 'sh1000sw1000', 'sh1000000000sw1000000000'])(
  'the work for dX does not grow with the stride, %s',
  (stride) => {
    const {work = {}} = implicitGemm.cost(info(`ih8iw8ic4oc4kh3kw3${stride}-same`), 'backpropInput');
    const {work: plain = {}} = implicitGemm.cost(info('ih8iw8ic4oc4kh3kw3-same'), 'backpropInput');
    // Each phase may have tiles and calls of its own; there are nine at most.
    for (const kind of workKinds) expect(work[kind] ?? 0).toBeLessThanOrEqual(9 * (plain[kind] ?? 0));
  },
);
