import type {GpuCost} from '../../../src/backends/gpu/work.js';
import {gpuWorkKinds} from '../../../src/backends/gpu/work.js';
import {builtinOnWebgl} from '../../../src/backends/webgl/builtinOnWebgl.js';
import {webgl} from '../../../src/backends/webgl/index.js';
import {benchLayers} from '../../../src/bench/layers.js';
import {flopsOf, type Pass, passes} from '../../../src/geometry/pass.js';
import {parseProblem, problemInfo} from '../../../src/geometry/problem.js';

const costOf = (name: string, problem: string, pass: Pass) =>
  webgl.implementations().find(({algorithm}) => algorithm === name)!.cost!(
    problemInfo(parseProblem(problem)),
    pass,
  ) as GpuCost;

// 8×8 pixels of 8 channels: 2 channel blocks each; a window of 3 taps reads 6 pixels, with 8·2 rows of 2 groups, and columns from −1 to 8.
test('channelPacked packs both inputs, computes 4 pixels × 4 channels per thread, and unpacks', () => {
  const {launches, workspaceBytes} = costOf('channelPacked', 'ih8iw8ic8oc8kh3kw3-same', 'forward');
  const [image, filter, threads] = [8 * 2 * 10, 8 * 9 * 2, 8 * 2 * 2];
  const turns = 9 * 2;
  expect(launches).toEqual([
    {threads: image, wideLoads: 2 * image, wideStores: image},
    {threads: filter, wideLoads: 2 * filter, wideStores: filter},
    {
      ...{threads, products: threads * turns * 64, wideLoads: threads * turns * (6 / 3 + 4), wideStores: 4 * threads},
      ...{loopCarried: threads * turns * 4, copies: 4},
    },
    {threads: 128, wideLoads: 256, wideStores: 128},
  ]);
  expect(workspaceBytes).toBe(16 * (image + filter + 4 * threads));
});

test('packed2x2 reads texels in place and copies its rectangles together', () => {
  // 32 texels of pixels by 4 of channels, in tiles of 4 by 2, and four terms of two channels.
  expect(costOf('packed2x2', 'ih8iw8ic8oc8kh1kw1', 'forward').launches).toEqual([
    {
      threads: 16,
      pairProducts: 16 * 4 * 64,
      wideLoads: 16 * 4 * 6,
      loopCarried: 16 * 4 * 8,
      wideStores: 128,
      copies: 8,
    },
  ]);
});

// 9 weights of 8 by 8 channels: 3 rows of taps of 4 by 4 pairs, all 3 taps of 2 pairs of channels in 6 targets.
test('packed2x2 sums dFilter in slices, then copies it by taps and channel pairs', () => {
  const [outer, sum, ...none] = costOf('packed2x2', 'ih8iw8ic8oc8kh3kw3-same', 'backpropFilter').launches;
  const [cells, slices] = [3 * 4 * 2, 8];
  const [lines, turns] = [cells * slices, cells * slices * 4];
  expect(outer).toMatchObject({
    threads: cells * slices,
    pairProducts: turns * 6 * 8,
    wideStores: 6 * cells * slices,
    copies: 9 * 2,
  });
  expect(outer!.wideLoads).toBe(turns * 3 + lines * 2);
  expect(sum).toEqual({
    threads: cells,
    wideLoads: cells * 6 * slices,
    loopCarried: cells * 6 * slices,
    wideStores: 6 * cells,
  });
  expect(none).toEqual([]);
});

// 32 texels of pixels by 4 of channels, in tiles of 4 by 2, of 9 taps and two channel blocks; with a line of zeros and columns from −1 to 8.
test('channelPackedDirect packs only the source', () => {
  const image = 9 * 2 * 10;
  const [threads, turns] = [8 * 2, 3 * 2];
  expect(costOf('channelPackedDirect', 'ih8iw8ic8oc8kh3kw3-same', 'forward').launches).toEqual([
    {threads: image, wideLoads: 2 * image, wideStores: image},
    {
      ...{
        threads,
        products: threads * turns * 3 * 8 * 16,
        wideLoads: threads * turns * (4 * 4 + 2 * 2 * 3),
        wideStores: 8 * threads,
      },
      ...{loopCarried: threads * 8 * 3 * (2 + 1), copies: 8},
    },
  ]);
});

test('direct counts a lookup for each factor, and the built-in counts its products', () => {
  expect(costOf('direct', 'ih8iw8ic5oc8kh3kw3-same', 'forward').launches).toEqual([
    {threads: 128, wideStores: 128, products: 128 * 9 * 3 * 8, lookups: 128 * 9 * 3 * 3},
  ]);
  const info = problemInfo(parseProblem('ih8iw8ic8oc8kh1kw1'));
  expect(builtinOnWebgl.cost!(info, 'forward')).toMatchObject({launches: [{threads: 128, products: 4096}]});
});

test('every algorithm reports its cost in known kinds of work', () => {
  for (const {problem} of benchLayers()) {
    const info = problemInfo(problem);
    for (const {supports, cost, predict} of webgl.implementations()) {
      for (const pass of passes.filter((one) => supports(info, one) === true)) {
        const {launches, flops} = cost!(info, pass) as GpuCost;
        const kinds = launches.flatMap((launch) => Object.entries(launch));
        for (const [kind, amount] of kinds) {
          expect(gpuWorkKinds).toContain(kind);
          expect(amount).toBeGreaterThan(0);
        }
        expect(flops).toBe(flopsOf(info));
        expect(predict!(info, pass)).toBeGreaterThan(0);
      }
    }
  }
});

test.each(passes)('channelPacked counts the same work for %s when steps lead past the image', (pass) => {
  const far = costOf('channelPacked', 'ih4iw5ic2oc3kh3kw1sh2147483647sw9000000000dh9000000000dw1-same', pass);
  const near = costOf('channelPacked', 'ih4iw5ic2oc3kh3kw1sh15sw6dh5dw1-same', pass);
  expect(far.launches).toEqual(near.launches);
});
