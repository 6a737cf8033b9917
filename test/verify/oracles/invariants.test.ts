import {passes} from '../../../src/geometry/pass.js';
import {determinismOracle} from '../../../src/verify/oracles/determinism.js';
import {poisonOracle} from '../../../src/verify/oracles/poison.js';
import {purityOracle} from '../../../src/verify/oracles/purity.js';
import {zeroOracle} from '../../../src/verify/oracles/zero.js';
import type {Verdict} from '../../../src/verify/reference/compare.js';
import type {Target} from '../../../src/verify/run/target.js';
import {ask, breakPass} from './ask.js';

describe.each(passes)('%s', (pass) => {
  test.each([0, 1])('purity rejects a kernel that writes to input %i', async (which) => {
    breakPass(pass, (right, info, a, b, out, engine) => {
      right(info, a, b, out, engine);
      [a, b][which]![3]! /= 2;
    });
    expect(await ask(purityOracle, 'broken', pass)).toMatchObject({
      status: 'failed',
      reason: expect.stringMatching(/^element \d+ of \w+ was \S+ and is \S+ after the run$/),
    });
  });

  test('determinism rejects runs that differ in the last bit', async () => {
    let runs = 0;
    breakPass(pass, (right, info, a, b, out, engine) => {
      right(info, a, b, out, engine);
      out[1]! *= 1 + (runs++ % 2) * 2 ** -23;
    });
    expect(await ask(determinismOracle, 'broken', pass)).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('element 1 is'),
    });
  });

  test('poison rejects an output that is partly unwritten', async () => {
    breakPass(pass, (right, info, a, b, out, engine) => {
      const before = out.slice();
      right(info, a, b, out, engine);
      out[out.length - 1] = before[out.length - 1]!;
    });
    expect(await ask(poisonOracle, 'broken', pass)).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('is not overwritten'),
    });
  });

  test.each([0, 1])('zero rejects a mistake that needs a constant input %i', async (which) => {
    breakPass(pass, (right, info, a, b, out, engine) => {
      right(info, a, b, out, engine);
      const [first, ...others] = which === 0 ? a : b;
      if (first !== 0 && others.every((value) => value === first)) out[0]! += first!;
    });
    const problems = Array.from({length: 12}, (_, rows) => `ih${rows + 3}iw4ic2oc3kh2kw2`);
    const verdicts: Verdict[] = [];
    for (const problem of problems) verdicts.push(await ask(zeroOracle, 'broken', pass, {problem}));
    const failed = verdicts.filter(({status}) => status === 'failed');
    expect(failed.length).toBeGreaterThan(0);
    for (const {reason} of failed) expect(reason).toMatch(/^where (x|filter|dy) is 2 everywhere: element 0 is /);
  });

  test.each([0, 1])('poison rejects an unwritten output when input %i is all zero', async (which) => {
    breakPass(pass, (right, info, a, b, out, engine) => {
      if ([a, b][which]!.some((value) => value !== 0)) right(info, a, b, out, engine);
    });
    expect(await ask(poisonOracle, 'broken', pass)).toMatchObject({
      status: 'failed',
      reason: expect.stringMatching(/is not overwritten where \w+ is all zero/),
    });
  });

  test('zero rejects a kernel that adds a constant', async () => {
    breakPass(pass, (right, info, a, b, out, engine) => {
      right(info, a, b, out, engine);
      out[2]! += 1e-6;
    });
    expect(await ask(zeroOracle, 'broken', pass)).toMatchObject({
      status: 'failed',
      reason: expect.stringMatching(/^element 2 is \S+ although (x|dy) is zero$/),
    });
  });
});

test('an input overwritten in one run is right again in the next', async () => {
  breakPass('forward', (right, info, a, b, out, engine) => {
    right(info, a, b, out, engine);
    a.fill(0);
  });
  expect(await ask(determinismOracle, 'broken', 'forward')).toEqual({status: 'passed'});
});

test.each<[string, Partial<Target>]>([
  ['a backend that is not served', {backend: 'tensorflow'}],
  ['what a module registered', {imported: {run: (_problem, _pass, fn) => fn()}}],
])('poison skips %s', async (_, more) => {
  expect(await ask(poisonOracle, 'direct', 'forward', {more})).toEqual({
    status: 'skipped',
    reason: expect.stringContaining('cannot be filled beforehand'),
  });
});

test('poison skips an empty batch', async () => {
  expect((await ask(poisonOracle, 'direct', 'forward', {problem: 'mb0ih3iw3ic1oc1kh2kw2'})).status).toBe('skipped');
});
