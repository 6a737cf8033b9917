import * as tf from '@tensorflow/tfjs';
import {promised, run, snippets} from './snippets.js';

const file = 'docs/check-your-gradients.md';
const examples = snippets(file, ['js']);

beforeAll(() => tf.setBackend('cpu'));
afterAll(() => {
  for (const kernelName of ['Echo', 'EchoBackprop']) tf.unregisterKernel(kernelName, 'cpu');
  tf.unregisterGradient('Echo');
});

it('has three worked examples', () => {
  expect(examples).toHaveLength(3);
});

it.each(examples.map((snippet) => [snippet.line, snippet] as const))(
  'the snippet at line %d prints the output shown',
  async (_line, snippet) => {
    const {printed} = await run(snippet, require);
    expect(promised(snippet).length).toBeGreaterThan(0);
    expect(printed).toEqual(promised(snippet));
  },
);
