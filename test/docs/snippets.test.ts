import {join} from 'node:path';
import * as tf from '@tensorflow/tfjs';
import {uninstall} from 'tfjs-convgrad';
import type {Algorithm} from '../../src/algorithms/algorithm.js';
import {jsEngine} from '../../src/engine/jsEngine.js';
import {sizeOf} from '../../src/geometry/pass.js';
import {problemInfo} from '../../src/geometry/problem.js';
import {edgeCases} from '../../src/verify/cases/edgeCases.js';
import {drawInputs} from '../../src/verify/data/fill.js';
import {reference} from '../../src/verify/reference/reference.js';
import {promised, run, snippets} from './snippets.js';

beforeAll(() => tf.setBackend('cpu'));
afterEach(uninstall);

describe.each([
  ['README.md', 4],
  ['docs/backward-pass.md', 2],
  ['docs/api.md', 2],
  ['docs/rules.md', 3],
])('%s', (file, count) => {
  const all = snippets(file, ['js', 'ts']);

  it(`has ${count} snippets`, () => {
    expect(all).toHaveLength(count);
  });

  it.each(all.map((snippet) => [snippet.line, snippet] as const))(
    'the snippet at line %d prints the output shown',
    async (_line, snippet) => {
      const {printed} = await run(snippet, require);
      expect(promised(snippet).length).toBeGreaterThan(0);
      expect(printed).toEqual(promised(snippet));
    },
  );
});

describe('docs/wasm.md', () => {
  afterAll(() => tf.setBackend('cpu'));

  it('its snippet prints the loss shown', async () => {
    const [snippet] = snippets('docs/wasm.md', ['js']);
    const {printed} = await run(snippet, require);
    expect(printed).toEqual(promised(snippet));
    expect(printed).toHaveLength(1);
  });
});

describe('CONTRIBUTING.md', () => {
  it('the algorithm it shows is exact on every edge case', async () => {
    const [snippet] = snippets('CONTRIBUTING.md', ['ts']);
    const {exported} = await run(snippet, (name) =>
      require(join(__dirname, '../../src/algorithms', name.replace(/\.js$/, '.ts'))),
    );
    const rowwise = exported['rowwise'] as Algorithm;
    let checked = 0;
    for (const {problem} of edgeCases()) {
      const info = problemInfo(problem);
      if (info.batch === 0 || rowwise.supports(info, 'forward') !== true) continue;
      const inputs = drawInputs(problem, 'integers', 1);
      const want = reference(problem, inputs).forward.values;
      const y = new Float32Array(sizeOf(info, 'y')).fill(Number.NaN);
      rowwise.forward?.(info, inputs.x, inputs.filter, y, jsEngine);
      expect(y.findIndex((value, i) => value !== want[i])).toBe(-1);
      checked++;
    }
    expect(checked).toBeGreaterThan(20);
    expect(rowwise.supports(problemInfo(edgeCases()[0].problem), 'backpropInput')).toBe(
      'it computes the forward pass only',
    );
  });
});
