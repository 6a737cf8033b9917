import {readdirSync} from 'node:fs';
import {join} from 'node:path';
import type {Algorithm} from '../../src/algorithms/algorithm.js';
import {algorithms, defineAlgorithm, findAlgorithm} from '../../src/algorithms/index.js';
import {parseProblem, problemInfo} from '../../src/geometry/problem.js';

const folder = join(__dirname, '../../src/algorithms');
const notAlgorithms = ['index.ts', 'algorithm.ts'];

describe('the catalogue of algorithms', () => {
  const files = readdirSync(folder).filter((file) => file.endsWith('.ts') && !notAlgorithms.includes(file));

  it.each(files)('%s exports an algorithm of the same name, which index.ts lists', async (file) => {
    const name = file.slice(0, -'.ts'.length);
    const algorithm = ((await import(join(folder, file))) as Record<string, Algorithm>)[name];
    if (!algorithm) throw new Error(`src/algorithms/${file} must export the algorithm as \`${name}\``);
    if (!algorithms().includes(algorithm)) {
      throw new Error(`add \`${name}\` to the catalogue in src/algorithms/index.ts: nobody can select it otherwise`);
    }
    expect(algorithm.name).toBe(name);
    expect(algorithm.title).not.toBe('');
    expect(algorithm.source).not.toBe('');
  });

  it('lists exactly these files, with direct last', () => {
    expect(algorithms()).toHaveLength(files.length);
    expect(algorithms().at(-1)?.name).toBe('direct');
  });
});

describe('defineAlgorithm', () => {
  it('adds an algorithm with default properties and returns a function that removes it', () => {
    const undo = defineAlgorithm({name: 'mine', forward: () => {}});
    expect(findAlgorithm('mine')).toMatchObject({title: 'mine', integerHeadroom: 1, footprint: 'taps'});
    const [dense, depthwise] = ['', '-depthwise'].map((kind) => problemInfo(parseProblem(`ih3iw3ic2oc2kh2kw2${kind}`)));
    expect(findAlgorithm('mine')?.supports(dense!, 'forward')).toBe(true);
    expect(findAlgorithm('mine')?.supports(depthwise!, 'forward')).toMatch(
      /'mine' has no supports\(\), so it computes dense convolutions only/,
    );
    undo();
    undo();
    expect(findAlgorithm('mine')).toBeUndefined();
  });

  it.each<[string, unknown, RegExp]>([
    ['a taken name', {name: 'direct', forward: () => {}}, /the name 'direct' is taken/],
    ['auto', {name: 'auto', forward: () => {}}, /the name 'auto' is taken/],
    ['a malformed name', {name: 'My Algorithm', forward: () => {}}, /lower-case letter.*"My Algorithm"/],
    ['nothing', undefined, /name must be/],
    ['no pass', {name: 'empty'}, /'empty' has none of the functions forward, backpropInput, backpropFilter/],
  ])('refuses %s', (_name, algorithm, message) => {
    expect(() => defineAlgorithm(algorithm as Algorithm)).toThrow(message);
  });
});
