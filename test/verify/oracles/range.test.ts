import {passes} from '../../../src/geometry/pass.js';
import {rangeOracle} from '../../../src/verify/oracles/range.js';
import {ask, breakPass} from './ask.js';

/** Rounds to float16. */
function stored(value: number): number {
  const unit = 2 ** Math.max(-24, Math.floor(Math.log2(Math.abs(value))) - 10);
  const rounded = value === 0 ? 0 : Math.round(value / unit) * unit;
  return Math.abs(rounded) > 65504 ? Math.sign(value) * Number.POSITIVE_INFINITY : rounded;
}

describe.each(passes)('%s', (pass) => {
  const judged = () => ask(rangeOracle, 'broken', pass, {f16: true});
  const store = (change: (value: number) => number) =>
    breakPass(pass, (right, info, a, b, out, engine) => {
      right(info, a, b, out, engine);
      for (let i = 0; i < out.length; i++) out[i] = change(out[i]!);
    });

  test('accepts float32 sums stored as float16 and reports how far they went', async () => {
    store(stored);
    const {status, overflow} = await judged();
    expect(status).toBe('passed');
    expect(overflow).toMatchObject({beyond: 65504, became: 'Infinity'});
    expect(overflow!.elements).toBeGreaterThan(0);
    expect(overflow!.largest).toBeGreaterThanOrEqual(2 * 65504);
    expect(overflow!.largest).toBeLessThan(4 * 65504);
  });

  test('accepts a device that stops at the largest float16', async () => {
    store((value) => Math.max(-65504, Math.min(65504, stored(value))));
    expect((await judged()).status).toBe('passed');
  });

  test.each([
    ['an infinity of the wrong sign', (value: number) => -stored(value)],
    ['NaN, where a product does not give it', () => Number.NaN],
  ])('%s fails', async (_, wrong) => {
    store((value) => (Math.abs(value) > 65504 ? wrong(value) : stored(value)));
    expect(await judged()).toMatchObject({
      status: 'failed',
      reason: expect.stringMatching(/beyond 65504 where float16 ends/),
    });
  });

  test('names the intermediate that overflows when the result is in range', async () => {
    store((value) => stored(2 * value) / 2);
    const {status, reason} = await judged();
    expect(status).toBe('failed');
    expect(reason).toMatch(
      /is -?Infinity and must be -?\d+.*: an intermediate left float16, which ends at 65504; the terms add up to \d+/,
    );
  });
});

test('skips results stored in float32', async () => {
  expect(await ask(rangeOracle, 'direct', 'forward')).toMatchObject({status: 'skipped'});
});
