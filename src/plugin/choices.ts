import type {EngineName} from '../engine/index.js';
import type {Conv2DInfo} from '../geometry/conv2dInfo.js';
import {explicitPads} from '../geometry/explicitPads.js';
import type {Pass} from '../geometry/pass.js';
import {formatProblem} from '../geometry/problem.js';

/**
 * What was chosen by predicted times, which differ from machine to machine and a little from run to run: with it, another run computes the same bits.
 * Plain data; `installation.report().plan` gives it and `install({plan})` takes it.
 */
export interface Plan {
  /** What computed on cpu and wasm; absent in a plan for other backends. */
  engine?: EngineName;
  /** Names of algorithms, by backend, pass and problem. */
  choices: Readonly<Record<string, string>>;
}

let choices = new Map<string, string>();

/** More problems than programs have; beyond them they are chosen for anew, in the same way. */
const mostChoices = 10_000;

/** What stands in a plan for one pass of a problem. */
export function choiceKey(backend: string, info: Conv2DInfo, pass: Pass): string {
  const [, [top, bottom], [left, right]] = explicitPads(info);
  const problem = formatProblem({...info, pad: {top, bottom, left, right}, dataFormat: 'NHWC'});
  return `${backend} ${pass} ${problem}`;
}

export function choiceOf(key: string): string | undefined {
  return choices.get(key);
}

/** Keeps a choice, so that a problem is served by the same algorithm from now on. */
export function keepChoice(key: string, algorithm: string): void {
  if (choices.size >= mostChoices) choices.clear();
  choices.set(key, algorithm);
}

/** What was chosen since the last time that choices were begun anew. */
export function keptChoices(): Record<string, string> {
  return Object.fromEntries(choices);
}

/** Begins anew, with those of a plan. */
export function resetChoices(plan?: Plan): void {
  choices = new Map(Object.entries(plan?.choices ?? {}));
}
