import {direct} from '../../src/algorithms/direct.js';
import {fft} from '../../src/algorithms/fft.js';
import {sideOf} from '../../src/algorithms/tiles/fourierSide.js';
import {arithmeticOf} from '../../src/backends/index.js';
import type {Engine} from '../../src/engine/engine.js';
import {jsEngine} from '../../src/engine/jsEngine.js';
import {fourierSides} from '../../src/engine/spectrum.js';
import {wasmEngine} from '../../src/engine/wasmEngine.js';
import {wasmVariants} from '../../src/engine/wasmModule.js';
import {type Pass, passes, passTensors, sizeOf} from '../../src/geometry/pass.js';
import {parseProblem, problemInfo} from '../../src/geometry/problem.js';
import {makeTestVector} from '../../src/verify/data/testVector.js';
import {compare} from '../../src/verify/reference/compare.js';
import {type Mutant, mutants} from '../mutants/index.js';

const engines: [string, Engine][] = [
  ['js', jsEngine],
  ...wasmVariants().map((variant): [string, Engine] => [variant, wasmEngine(variant)]),
];
const sides = Array.from({length: 11}, (_, i) => i + 1);
const comparison = {fill: 'reals', arithmetic: arithmeticOf('cpu'), headroom: 0} as const;

const texts = [
  ...sides.map((k) => `ih12iw13ic3oc5kh${k}kw${k}-same`),
  ...sides.map((k) => `mb2ih1iw17ic5oc2kh1kw${k}-same`),
  ...sides.map((k) => `ih19iw2ic1oc4kh${k}kw1-same`),
  ...sides.map((k) => `ih11iw14ic2oc3kh${k}kw${12 - k}-pt${k}pb1pl0pr${k + 2}`),
  'ih1iw1ic4oc9kh5kw5-same',
  'ih2iw3ic7oc6kh11kw9-same',
  'ih3iw2ic3oc3kh4kw2-pt7pb6pl5pr9',
  'mb3ih5iw6ic8oc12kh5kw5-pt0pb4pl4pr0',
  'ih20iw21ic13oc10kh16kw16-p3',
  'mb2ih40iw33ic9oc17kh7kw7-same',
  'mb5ih9iw9ic17oc3kh6kw2',
];

const problems = texts.map((text) => {
  const problem = parseProblem(text);
  const info = problemInfo(problem);
  const {inputs, expected} = makeTestVector(problem, 'reals', 1, 1);
  const of = (pass: Pass) => {
    const [a, b] = passTensors[pass].inputs.map((name) => inputs[name as keyof typeof inputs]);
    return [a, b] as [Float32Array, Float32Array];
  };
  return {text, info, of, expected};
});
type Case = (typeof problems)[number];

function verdict({info, of, expected}: Case, pass: Pass, values: Float32Array) {
  const own = fft.errorBound?.(info, pass, ...of(pass));
  return compare({values, shape: expected[pass].shape}, {...expected[pass], own}, comparison);
}

function run({info, of}: Case, pass: Pass, engine: Engine): Float32Array {
  const out = new Float32Array(sizeOf(info, passTensors[pass].output)).fill(Number.NaN);
  fft[pass]?.(info, ...of(pass), out, engine);
  return out;
}

test('the test problems cover every tile size in every pass', () => {
  for (const pass of passes) {
    expect(new Set(problems.map(({info}) => sideOf(info, pass)))).toEqual(new Set(fourierSides));
  }
});

describe.each(engines)('fft on %s', (_name, engine) => {
  it.each(passes)('%s stays within its bound for every filter size and overwrites the whole output', (pass) => {
    for (const each of problems) {
      const {status, reason} = verdict(each, pass, run(each, pass, engine));
      expect([each.text, status, reason]).toEqual([each.text, 'passed', undefined]);
    }
  });
});

describe('the error bound of fft', () => {
  it.each(passes)('rejects %s with one element off by 0.1%% of the largest', (pass) => {
    for (const each of problems) {
      const values = run(each, pass, jsEngine);
      const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const at = values.findIndex((value) => Math.abs(value) < largest);
      if (at < 0) continue;
      values[at]! += largest / 1000;
      expect([each.text, verdict(each, pass, values).status]).toEqual([each.text, 'failed']);
    }
  });

  const small = problems.filter(({info}) => info.batch * info.outHeight * info.outWidth * info.filterHeight < 1500);

  /** Whether a mutant exceeds the bound of fft, or of the definition without fft. */
  const shows = ({passes, mistake}: Mutant, inFft: boolean) => {
    const broken = mistake(({pass, info, a, b, out}) => (inFft ? fft : direct)[pass]?.(info, a, b, out, jsEngine));
    return passes.some((pass) =>
      small.some((each) => {
        const out = new Float32Array(sizeOf(each.info, passTensors[pass].output)).fill(Number.NaN);
        const [a, b] = each.of(pass);
        broken({pass, info: each.info, a: a.slice(), b: b.slice(), out});
        const {shape} = each.expected[pass];
        if (inFft) return verdict(each, pass, out).status === 'failed';
        return compare({values: out, shape}, each.expected[pass], comparison).status === 'failed';
      }),
    );
  };
  // The other mutants need strides, dilations, integers or a second call.
  const visible = mutants.filter((mutant) => shows(mutant, false));

  it('is tested with more than 25 mutants', () => expect(visible.length).toBeGreaterThan(25));

  it.each(visible.map((mutant) => [mutant.name, mutant] as const))('rejects fft with mutant %s', (_, mutant) => {
    expect(shows(mutant, true)).toBe(true);
  });
});

test.each([
  ['ih9iw9ic2oc2kh3kw3sh2sw1', /stride 1/],
  ['ih9iw9ic2oc2kh3kw3dh1dw2', /dilation 1/],
  ['ih20iw20ic2oc2kh17kw1', /up to 16×16/],
  ['ih9iw9ic2oc2kh3kw3-depthwise', /no sum over channels/],
])('fft refuses %s with a reason', (text, reason) => {
  for (const pass of passes) expect(fft.supports(problemInfo(parseProblem(text)), pass)).toMatch(reason);
});
