import {im2col} from '../../../src/algorithms/im2col.js';
import {type Pass, passTensors, shapeOf} from '../../../src/geometry/pass.js';
import {nonFiniteOracle} from '../../../src/verify/oracles/nonFinite.js';
import {verify} from '../../../src/verify/verify.js';
import {ask, breakPass} from './ask.js';
import {foreignGradient, foreignKernel, memoryOf} from './foreign.js';

const padded = 'mb2ih5iw6ic2oc3kh3kw3sh2sw1-same';

test.each(['forward', 'backpropInput', 'backpropFilter'] as const)(
  'rejects a %s that skips zeros, and so 0·NaN',
  async (pass) => {
    breakPass(pass, (right, info, a, b, out, engine) => {
      const skip = (values: Float32Array, others: Float32Array) =>
        others.includes(0) ? values.map((value) => (Number.isFinite(value) ? value : 0)) : values;
      right(info, skip(a, b), skip(b, a), out, engine);
    });
    expect(await ask(nonFiniteOracle, 'broken', pass)).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('although a term of it holds an Inf or NaN of'),
    });
  },
);

test('rejects a dX that skips filters of zeros', async () => {
  breakPass('backpropInput', (right, info, dy, filter, dx, engine) => {
    if (filter.every((weight) => weight === 0)) dx.fill(0);
    else right(info, dy, filter, dx, engine);
  });
  const statuses = await Promise.all(
    // One problem in four has a filter of zeros.
    ['ih4iw5', 'ih5iw4', 'ih4iw6', 'ih6iw4', 'ih5iw6', 'ih6iw5', 'ih4iw7', 'ih7iw4', 'ih5iw7', 'ih7iw5'].map(
      async (size) => (await ask(nonFiniteOracle, 'broken', 'backpropInput', {problem: `${size}ic2oc3kh2kw2`})).status,
    ),
  );
  expect(new Set(statuses)).toEqual(new Set(['passed', 'failed']));
});

test.each(['taps', 'padded'] as const)(
  "rejects a NaN that spreads everywhere under footprint '%s'",
  async (footprint) => {
    breakPass(
      'forward',
      (right, info, a, b, out, engine) => {
        right(info, a, b, out, engine);
        if (out.some(Number.isNaN)) out.fill(Number.NaN);
      },
      {footprint},
    );
    expect(await ask(nonFiniteOracle, 'broken', 'forward', {problem: padded})).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining(`spreads beyond the declared footprint '${footprint}'`),
    });
  },
);

test("accepts a NaN that spreads everywhere under footprint 'tile'", async () => {
  breakPass(
    'forward',
    (right, info, a, b, out, engine) => {
      right(info, a, b, out, engine);
      if (out.some(Number.isNaN)) out.fill(Number.NaN);
    },
    {footprint: 'tile'},
  );
  expect(await ask(nonFiniteOracle, 'broken', 'forward', {problem: padded})).toEqual({status: 'passed'});
});

/** A mistake as tiles of that size make it: a non-finite value spoils its channel of the whole tile. */
const spoilTiles =
  (pass: Pass, height: number, width: number): Parameters<typeof breakPass>[1] =>
  (right, info, a, b, out, engine) => {
    right(info, a, b, out, engine);
    const [, rows, columns, channels] = shapeOf(info, passTensors[pass].output);
    const tileOf = (i: number) => {
      const [channel, pixel] = [i % channels, Math.floor(i / channels)];
      const row = Math.floor(pixel / columns);
      const [down, across] = [Math.floor((row % rows) / height), Math.floor((pixel % columns) / width)];
      return [Math.floor(row / rows), down, across, channel].join();
    };
    const bad = new Set(Array.from(out.keys()).flatMap((i) => (Number.isFinite(out[i]) ? [] : [tileOf(i)])));
    out.forEach((_, i) => {
      if (bad.has(tileOf(i))) out[i] = Number.NaN;
    });
  };

test.each(
  (['forward', 'backpropInput'] as const).flatMap((pass) =>
    [
      {tile: [2, 3], status: 'passed'},
      {tile: [2, 2], status: 'failed'},
      {tile: [1, 3], status: 'failed'},
    ].map((each) => ({pass, ...each})),
  ),
)(
  '$pass that spreads over tiles of 2×3 and declares tile $tile has $status',
  async ({pass, tile: [height, width], status}) => {
    breakPass(pass, spoilTiles(pass, 2, 3), {footprint: 'tile', tile: () => [height, width]});
    const found = new Set<string>();
    for (const problem of ['mb2ih9iw11ic2oc1kh2kw1-pt1pb0pl0pr0', 'ih8iw12ic1oc2kh1kw2', 'ih10iw10ic1oc1kh3kw3-same']) {
      found.add((await ask(nonFiniteOracle, 'broken', pass, {problem})).status);
    }
    expect(found.has('failed') ? 'failed' : 'passed').toBe(status);
  },
);

test.each([
  ['padded', 'passed'],
  ['taps', 'failed'],
] as const)("a kernel that multiplies zeros of the border, with footprint '%s', has %s", async (footprint, status) => {
  breakPass('forward', (_right, ...args) => im2col.forward!(...args), {footprint});
  expect((await ask(nonFiniteOracle, 'broken', 'forward', {problem: 'ih3iw3ic1oc1kh3kw3-same'})).status).toBe(status);
});

test('skips a kernel without a footprint and an empty batch', async () => {
  expect((await ask(nonFiniteOracle, 'direct', 'forward', {more: {footprint: undefined}})).reason).toBe(
    'it declares no footprint',
  );
  expect((await ask(nonFiniteOracle, 'direct', 'forward', {problem: 'mb0ih3iw3ic1oc1kh2kw2'})).status).toBe('skipped');
});

describe('an imported kernel without a footprint', () => {
  const judge = async () => {
    const {results} = await verify({
      ...{backends: ['cpu'], problems: [padded], fills: ['integers'], oracles: ['nonFinite'], diagnose: false},
    });
    return results.map(({status, reason = ''}) => `${status} ${reason}`);
  };

  test.each<[string, (value: number) => number]>([
    ['NaN into 0', (value) => (Number.isNaN(value) ? 0 : value)],
    [
      'Inf into the largest number',
      (value) => (Math.abs(value) === Number.POSITIVE_INFINITY ? Math.sign(value) * 3.4e38 : value),
    ],
  ])('fails if it turns %s', async (_, change) => {
    for (const name of ['Conv2D', 'Conv2DBackpropInput', 'Conv2DBackpropFilter']) {
      foreignKernel(name, (right) => (params) => {
        const result = right(params);
        memoryOf(params, result).set(memoryOf(params, result).map(change));
        return result;
      });
    }
    const found = await judge();
    expect(found.length).toBe(3);
    for (const one of found)
      expect(one).toMatch(/^failed element \d+ is -?[\d.e+]+ although a term of it holds an Inf or NaN of /);
  });

  test('may spread within an image but not into another', async () => {
    const spreading = (images: boolean) =>
      foreignKernel('Conv2D', (right) => (params) => {
        const result = right(params);
        const values = memoryOf(params, result);
        const size = images ? values.length : values.length / result.shape[0]!;
        for (let from = 0; from < values.length; from += size) {
          const one = values.subarray(from, from + size);
          if (one.some((value) => !Number.isFinite(value))) one.fill(Number.NaN);
        }
        return result;
      });
    spreading(false);
    expect(await judge()).toEqual(['passed ']);
    spreading(true);
    expect(await judge()).toEqual([
      expect.stringMatching(/^failed element \d+ is NaN: an Inf or NaN of x reaches another image of the batch$/),
    ]);
  });

  test('passes if it is right, as does an imported gradient', async () => {
    foreignKernel('Conv2D', (right) => right);
    foreignGradient('Conv2D', (right) => (dy, saved, attrs) => right(dy, saved, attrs));
    expect(await judge()).toEqual(['passed ', 'passed ', 'passed ']);
  });
});
