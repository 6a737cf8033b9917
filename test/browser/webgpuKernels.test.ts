import type {Page} from 'playwright-core';
import {type Case, gpuCases} from './gpuCases.js';
import {type Helpers, openWebgpuPage} from './webgpuPage.js';

declare const helpers: Helpers;

const cases: Record<string, Case> = {
  ...gpuCases,
  'odd sizes': {xShape: [2, 5, 7, 3], filterShape: [3, 3, 3, 5], strides: 1, pad: 'same'},
  'channels by fours': {xShape: [1, 6, 8, 12], filterShape: [3, 2, 12, 20], strides: 1, pad: 'valid'},
  'stride over the filter': {xShape: [2, 9, 8, 4], filterShape: [2, 1, 4, 8], strides: [4, 3], pad: 'valid'},
  'a stride beyond the image': {xShape: [2, 3, 2, 8], filterShape: [1, 1, 8, 8], strides: [5, 7], pad: 'valid'},
  'tiles, an odd image and odd pads': {
    xShape: [2, 9, 13, 16],
    filterShape: [3, 3, 16, 20],
    strides: 1,
    pad: [
      [0, 0],
      [4, 0],
      [0, 5],
      [0, 0],
    ],
  },
  'tiles, with slices of channels and of tiles': {
    xShape: [1, 14, 11, 36],
    filterShape: [3, 3, 36, 20],
    strides: 1,
    pad: 'same',
  },
  'more than 65535 workgroups': {xShape: [3, 1024, 700, 1], filterShape: [1, 1, 1, 1], strides: 1, pad: 'valid'},
};

describe('the kernels of the webgpu backend', () => {
  let page: Page;

  beforeAll(async () => {
    page = await openWebgpuPage();
  });

  test.each(Object.keys(cases).map((name, i): [string, number] => [name, i]))(
    'equal the definition on integers and compile without errors: %s',
    async (name, seed) => {
      const {differ, complaint, count} = await page.evaluate(
        async ([problem, seed]) => {
          const {device} = helpers.backend();
          // A shader that fails to compile leaves the old buffer contents, which may happen to be right.
          device.pushErrorScope('validation');
          const found = await helpers.differ(problem, seed);
          const error = await device.popErrorScope();
          return {...found, complaint: error?.message};
        },
        [cases[name]!, seed] as const,
      );
      expect({differ, complaint}).toEqual({differ: [], complaint: undefined});
      expect(count).toBeGreaterThan(0);
    },
  );

  test.each(Object.keys(cases).map((name, i): [string, number] => [name, i]))(
    'equal the definition with the tile sizes of a GPU: %s',
    async (name, seed) => {
      const {differ} = await page.evaluate(
        async ([problem, seed]) => {
          const {adapterInfo} = helpers.backend();
          const {architecture} = adapterInfo;
          adapterInfo.architecture = 'some GPU';
          try {
            return await helpers.differ(problem, seed);
          } finally {
            adapterInfo.architecture = architecture;
          }
        },
        [cases[name]!, seed] as const,
      );
      expect(differ).toEqual([]);
    },
  );

  test('compile nothing for new sizes, strides, pads and dilations', async () => {
    const counts = await page.evaluate(async () => {
      const count: number[] = [];
      for (const [size, batch, strides, dilations] of [
        [6, 1, 1, 1],
        [9, 3, 2, 1],
        [12, 1, 1, 2],
        [15, 2, 3, 2],
        [1, 2, 1, 1],
      ] as const) {
        for (const C of [8, 24]) {
          const xShape = [batch, size, size + 1, C];
          const problem: Case = {xShape, filterShape: [2, 2, C, 12], strides, dilations, pad: 'same'};
          await helpers.both(problem, size);
          count.push(helpers.pipelines());
        }
      }
      return count;
    });
    expect(counts[0]).toBeGreaterThan(0);
    expect(new Set(counts).size).toBe(1);
  });

  test('compile nothing for new sizes and pads in winograd tiles', async () => {
    const counts = await page.evaluate(async () => {
      const count: number[] = [];
      for (const [size, batch, pad] of [
        [9, 2, 1],
        [14, 1, 'same'],
        [12, 3, 'valid'],
      ] as const) {
        for (const C of [16, 36]) {
          await helpers.both({xShape: [batch, size, size + 1, C], filterShape: [3, 3, C, 20], strides: 1, pad}, size);
          count.push(helpers.pipelines());
        }
      }
      return count;
    });
    expect(counts[0]).toBeGreaterThan(0);
    expect(new Set(counts).size).toBe(1);
  });
});
