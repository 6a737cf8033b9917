import fc from 'fast-check';
import {settingOf} from '../../../../src/backends/webgpu/device.js';
import {largest} from '../../../../src/backends/webgpu/winograd/batchedGemmShape.js';
import {winograd, winogradSteps} from '../../../../src/backends/webgpu/winograd/index.js';
import {passes} from '../../../../src/geometry/pass.js';
import {parseProblem, problemInfo} from '../../../../src/geometry/problem.js';

const infoOf = (text: string) => problemInfo(parseProblem(text));
const none = {dataId: {}, shape: [], dtype: 'float32' as const};
const software = settingOf({vendor: 'google', architecture: 'swiftshader'});

test('largest() equals the largest tensor of the plan, for each device and pass', () => {
  const side = fc.integer({min: 1, max: 40});
  const fours = fc.integer({min: 1, max: 40}).map((quads) => 4 * quads);
  const pad = fc.integer({min: 0, max: 3});
  const problem = fc.record({n: fc.integer({min: 1, max: 9}), h: side, w: side, c: fours, f: fours, pad});
  const largestSteps = new Set<number>();
  fc.assert(
    fc.property(problem, ({n, h, w, c, f, pad}) => {
      const info = infoOf(`mb${n}ih${h + 2}iw${w + 2}ic${c}oc${f}kh3kw3-p${pad}`);
      for (const setting of [settingOf(), software]) {
        for (const pass of passes) {
          const sizes = winogradSteps(info, pass, none, none, setting).map(({size}) => size);
          const most = Math.max(...sizes);
          largestSteps.add(sizes.indexOf(most));
          expect(largest(setting, info, pass)).toBe(most);
        }
      }
    }),
    {numRuns: 200, seed: 1},
  );
  // The two factors of the product, and its slices.
  expect([...largestSteps].sort()).toEqual(expect.arrayContaining([0, 1, 2]));
});

test('software devices never need a larger tensor than GPUs', () => {
  for (const size of [5, 17, 40, 130]) {
    for (const [c, f] of [
      [4, 4],
      [64, 4],
      [16, 512],
      [512, 512],
    ]) {
      const info = infoOf(`mb2ih${size}iw${size}ic${c}oc${f}kh3kw3-same`);
      for (const pass of passes) {
        expect(largest(software, info, pass)).toBeLessThanOrEqual(largest(settingOf(), info, pass));
      }
    }
  }
});

test('transformed tiles above the binding limit are refused with their size', () => {
  // 16 matrices of 4 · 128² tiles of 64 channels in float32 are 2^28 bytes.
  expect(winograd.supports(infoOf('mb4ih256iw256ic64oc64kh3kw3-same'), 'forward')).toBe(
    'its transformed tiles would take 268435456 bytes, and some devices bind no more than 134217728',
  );
  expect(winograd.supports(infoOf('mb2ih256iw256ic64oc64kh3kw3-same'), 'forward')).toBe(true);
});
