import {algorithms} from '../../src/algorithms/index.js';
import {jsEngine} from '../../src/engine/jsEngine.js';
import {wasmEngine} from '../../src/engine/wasmEngine.js';
import {wasmVariants} from '../../src/engine/wasmModule.js';
import {passes, passTensors, sizeOf} from '../../src/geometry/pass.js';
import {parseProblem, problemInfo} from '../../src/geometry/problem.js';

/** Strides, dilations and pads that are far larger than the image. The work stays small. */
const problems = [
  'ih2iw6ic3oc2kh1kw1sh100000sw100000',
  'mb2ih2iw6ic3oc2kh2kw3sh1000000000sw7',
  'ih3iw4ic2oc3kh2kw3sh1000000000sw1000000000-same',
  'ih5iw6ic3oc4kh3kw3dh1000000dw1000000-same',
  'mb2ih5iw6ic3oc4kh3kw2dh1000000000dw3-same',
  'ih5iw5ic2oc9kh3kw3dh1000000000dw1000000000-same',
  'ih5iw5ic2oc3kh4kw5dh1000000000dw2000000000-same',
  // Several windows meet the image, each with a different tap.
  'ih5iw5ic2oc3kh3kw3sh1000000sw1000000dh1000000dw1000000-p1000000',
  'ih5iw7ic2oc3kh3kw3sh1000000000sw500000000dh500000000dw500000000-pt1000000000pb1000000003pl500000000pr500000001',
  // Windows that lie entirely in the padding.
  'ih2iw3ic2oc2kh1kw1sh300000sw300000-p1000000',
  'ih3iw3ic1oc1kh1kw2sh1000000000sw1000000000-pt5pb2000000000pl1000000000pr1000000000-ceil',
];
const all = [...problems, ...problems.map((problem) => `${problem.replace(/ic\doc\d/, 'ic3oc6')}-depthwise`)];

const engines = [jsEngine, ...wasmVariants().map((variant) => wasmEngine(variant))];
const direct = algorithms().at(-1)!;
const integers = (length: number, seed: number) => Float32Array.from({length}, (_, i) => ((7 * i + seed) % 9) - 4);

describe.each(all)('%s', (problem) => {
  const info = problemInfo(parseProblem(problem));

  it.each(passes)('every algorithm that supports %s agrees with the definition', (pass) => {
    const {inputs, output} = passTensors[pass];
    const [a, b] = inputs.map((name, i) => integers(sizeOf(info, name), i)) as [Float32Array, Float32Array];
    const compute = (algorithm: typeof direct, engine: typeof jsEngine) => {
      const out = new Float32Array(sizeOf(info, output)).fill(Number.NaN);
      algorithm[pass]?.(info, a, b, out, engine);
      return out;
    };
    const want = compute(direct, jsEngine);
    expect(want.includes(Number.NaN)).toBe(false);
    const able = algorithms().filter((algorithm) => algorithm[pass] && algorithm.supports(info, pass) === true);
    // At least one besides the definition.
    expect(able.length).toBeGreaterThan(1);
    for (const algorithm of able) {
      for (const engine of engines)
        expect([algorithm.name, compute(algorithm, engine)]).toEqual([algorithm.name, want]);
      expect(algorithm.cost(info, pass).workspaceBytes).toBeLessThan(1e8);
    }
  });
});

it('the definition computes known values under a dilation of a million', () => {
  const info = problemInfo(parseProblem('ih2iw2ic1oc1kh3kw3dh1000000dw1000000-same'));
  const y = new Float32Array(4);
  direct.forward?.(info, Float32Array.of(1, 2, 3, 4), Float32Array.of(0, 0, 0, 0, 5, 0, 0, 0, 0), y, jsEngine);
  expect([...y]).toEqual([5, 10, 15, 20]);
});

it('an algorithm that would insert too many zeros refuses and gives the numbers', () => {
  const info = problemInfo(parseProblem('ih5iw5ic2oc3kh3kw3dh1000000dw1000000-same'));
  const refusal = (name: string, pass: (typeof passes)[number]) =>
    algorithms()
      .find((algorithm) => algorithm.name === name)!
      .supports(info, pass);
  expect(refusal('implicitGemm', 'forward')).toBe(
    'stride, dilation and padding would spread it over 8000040000050 numbers for only 450 products',
  );
  expect(refusal('transposed', 'backpropInput')).toMatch(/spread it over 12000060000075 numbers for only 675/);
  expect(refusal('implicitGemm', 'backpropInput')).toBe(true);
});
