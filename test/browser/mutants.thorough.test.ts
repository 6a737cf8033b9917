import {readFileSync} from 'node:fs';
import {root, shell} from '../cli/command.js';
import type {MutantScore} from '../mutants/score.js';
import {userFiles} from '../support/userFiles.js';

const file = userFiles({});
const mutants = (...args: string[]) => shell(['node', 'test/mutants/run.mjs', ...args].join(' '), root);

test.each([
  ['webgl', ['reference', 'poison', 'bias', 'epilogue']],
  ['webgpu', ['reference', 'bias', 'epilogue']],
])('every mutant of %s is killed', async (backend, oracles) => {
  const json = file(`${backend}.json`);
  const {code, stdout} = await mutants('--backend', backend, '--json', json);
  const [score] = JSON.parse(readFileSync(json, 'utf8')) as MutantScore[];
  expect(score!.outcomes.filter(({killedBy}) => killedBy.length === 0).map(({mutant}) => mutant)).toEqual([]);
  expect(score).toMatchObject({backend, killed: score!.planted});
  expect(score!.planted).toBeGreaterThan(20);
  expect(Object.keys(score!.oracles)).toEqual(oracles);
  expect({code, stdout}).toEqual({code: 0, stdout: expect.stringContaining(`killed / planted: ${score!.planted} /`)});
});
