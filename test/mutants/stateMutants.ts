import {allPasses, eachTerm, type Mistake, type Mutant} from './mutant.js';

/** Adds to a buffer that begins empty and lasts as long as the algorithm is defined. That is the mistake. */
const staleBuffer: Mistake = (run) => {
  let buffer = new Float64Array();
  return (call) => {
    run(call);
    if (buffer.length < call.out.length) buffer = new Float64Array(call.out.length);
    call.out.forEach((value, i) => {
      buffer[i] += value;
      call.out[i] = buffer[i];
    });
  };
};

/** Remembers the second operand by size, like a cache of packed filters that forgets to compare the values. */
const staleCache: Mistake = (run) => {
  const packed = new Map<number, Float32Array>();
  return (call) => {
    const b = packed.get(call.b.length) ?? call.b.slice();
    packed.set(call.b.length, b);
    run({...call, b});
  };
};

const accumulates: Mistake = (run) => (call) => {
  const out = new Float32Array(call.out.length);
  run({...call, out});
  out.forEach((value, i) => {
    call.out[i] += value;
  });
};

const clobbers: Mistake = (run) => (call) => {
  run(call);
  if (call.a.length > 0) call.a[call.a.length - 1] *= 2;
};

/** Leaves out products with zero, which are NaN when the other factor is not finite. */
const skipsZeros: Mistake = () => (call) => {
  const sums = new Float64Array(call.out.length);
  eachTerm(call, (out, a, b) => {
    if (call.a[a] !== 0 && call.b[b] !== 0) sums[out] += call.a[a] * call.b[b];
  });
  call.out.set(sums);
};

/** Mutants that depend on more than the inputs, change more than the output, or treat some values differently. */
export const stateMutants: readonly Mutant[] = [
  {
    name: 'stale-buffer',
    passes: ['backpropFilter'],
    wrong: 'dFilter is accumulated in a buffer that is not cleared between calls',
    mistake: staleBuffer,
  },
  {
    name: 'stale-cache',
    passes: ['forward'],
    wrong: 'a filter that was packed for an earlier call of the same size is used again',
    mistake: staleCache,
  },
  {
    name: 'accumulate-for-overwrite',
    passes: allPasses,
    wrong: 'the result is added to what was in the output buffer',
    mistake: accumulates,
  },
  {
    name: 'input-clobbered',
    passes: allPasses,
    wrong: 'the last element of the first input is doubled afterwards',
    mistake: clobbers,
  },
  {
    name: 'zero-skip',
    passes: allPasses,
    wrong: 'products with a zero factor are skipped, so that 0 · NaN is 0',
    mistake: skipsZeros,
  },
];
