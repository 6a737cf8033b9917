import type {GpuCost} from '../../../src/backends/gpu/work.js';
import {type GpuRates, gpuWorkKinds, predictedMilliseconds} from '../../../src/backends/gpu/work.js';
import type {Implementation} from '../../../src/backends/implementation.js';
import {webgpu} from '../../../src/backends/webgpu/index.js';
import {benchLayers} from '../../../src/bench/layers.js';
import {type Pass, passes} from '../../../src/geometry/pass.js';
import {parseProblem, problemInfo} from '../../../src/geometry/problem.js';
import {withAdapter} from '../../support/fakeAdapters.js';

const implementation = (name: string) =>
  webgpu.implementations().find(({algorithm}) => algorithm === name) as Implementation;
const costOf = (name: string, problem: string, pass: Pass) =>
  withAdapter(
    'webgpu',
    'swiftshader',
    () => implementation(name).cost!(problemInfo(parseProblem(problem)), pass) as GpuCost,
  );

// 8×8 pixels in 8 tiles of 8 rows, 16 channels in one of 16 columns; 9 taps of 4 channels: 36 terms.
test('implicitGemm is one launch with one thread per tile and loads of four values', () => {
  const {launches, flops, workspaceBytes} = costOf('implicitGemm', 'ih8iw8ic4oc16kh3kw3-same', 'forward');
  expect(launches).toEqual([
    {threads: 8, products: 8 * 36 * 128, wideLoads: 8 * 36 * (8 / 4 + 16 / 4), wideStores: (64 * 16) / 4},
  ]);
  expect(flops).toBe(2 * 64 * 9 * 4 * 16);
  expect(workspaceBytes).toBe(0);
});

test('implicitGemm loads single values where channels are few', () => {
  const [launch] = costOf('implicitGemm', 'ih8iw8ic3oc5kh1kw1', 'forward').launches;
  expect(launch).toEqual({threads: 8, products: 8 * 3 * 8 * 8, loads: 8 * 3 * (8 + 8), stores: 64 * 5});
});

test('winograd has four launches: two transforms, the products and the inverse transform', () => {
  const {launches, flops, workspaceBytes} = costOf('winograd', 'ih8iw8ic16oc16kh3kw3-same', 'forward');
  const [tiles, quads] = [16, 4];
  const planes = 16 * tiles * 16;
  expect(launches[0]).toEqual({threads: tiles * quads, wideLoads: tiles * quads * 16, wideStores: planes / 4});
  expect(launches[1]).toEqual({threads: 16 * quads, wideLoads: 16 * quads * 9, wideStores: (16 * 16 * 16) / 4});
  expect(launches[2]!.products).toBe(planes * 16);
  expect(launches[3]).toMatchObject({threads: tiles * quads, wideStores: (64 * 16) / 4});
  expect(flops).toBe(2 * planes * 16);
  expect(workspaceBytes).toBeGreaterThanOrEqual(4 * (2 * planes + 16 * 16 * 16));
});

test('every algorithm reports its cost in known kinds of work', () => {
  for (const {problem} of benchLayers()) {
    const info = problemInfo(problem);
    for (const {algorithm, supports, cost, predict} of webgpu.implementations()) {
      for (const pass of passes.filter((one) => supports(info, one) === true)) {
        const {launches, flops, bytes} = cost!(info, pass) as GpuCost;
        expect({algorithm, counts: launches.length}).not.toEqual({algorithm, counts: 0});
        const kinds = launches.flatMap((launch) => Object.entries(launch));
        for (const [kind, amount] of kinds) {
          expect(gpuWorkKinds).toContain(kind);
          expect(amount).toBeGreaterThan(0);
        }
        expect(Math.min(flops, bytes, predict!(info, pass)!)).toBeGreaterThan(0);
        // At least one product for every two flops.
        expect(
          kinds.reduce((sum, [kind, amount]) => sum + (kind === 'products' ? amount : 0), 0),
        ).toBeGreaterThanOrEqual(flops / 2);
      }
    }
  }
});

test('a launch that leaves threads idle takes as long as a full one', () => {
  const none = Object.fromEntries(gpuWorkKinds.map((kind) => [kind, 0]));
  const rates = {
    from: 'here',
    parallel: 100,
    nanoseconds: {...none, calls: 5e6, launches: 1e6, products: 10},
  } as unknown as GpuRates;
  expect(predictedMilliseconds(rates, [])).toBe(5);
  expect(predictedMilliseconds(rates, [{threads: 200, products: 1e5}])).toBe(5 + 1 + 1);
  expect(predictedMilliseconds(rates, [{threads: 50, products: 1e5}, {copies: 7}])).toBe(5 + 1 + 2 + 1);
});
