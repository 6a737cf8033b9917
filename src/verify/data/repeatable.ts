import {flopsOf, sizeOf} from '../../geometry/pass.js';
import {formatProblem, type Problem, problemInfo} from '../../geometry/problem.js';
import {randomFrom} from '../../geometry/random.js';

const most = {flops: 300, elements: 2000};

/** Whether a problem makes so little work that a check may run it dozens of times: with all data, in all contexts, or again and again. */
export function isRepeatable(problem: Problem): boolean {
  const info = problemInfo(problem);
  return flopsOf(info) <= most.flops && (['x', 'y'] as const).every((name) => sizeOf(info, name) <= most.elements);
}

/** A quick run repeats a check with one in this many of the data and contexts that a thorough run takes. */
const oneInQuick = 4;

/** What a check is repeated with: all of it or, in a quick run, every fourth item from one that the problem and the name decide. */
export function repetitionsOf<T>(all: readonly T[], isThorough: boolean, problem: Problem, name: string): readonly T[] {
  if (isThorough || all.length < oneInQuick) return all;
  const first = randomFrom(`${formatProblem(problem)}/${name}/quick`)() % oneInQuick;
  return all.filter((_, i) => i % oneInQuick === first);
}
