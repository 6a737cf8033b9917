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

/** The same by numbers: writing a problem out takes longer than all else of a choice that was made before. */
let found = new Map<number, Found[]>();
interface Found {
  backend: string;
  pass: Pass;
  info: Conv2DInfo;
  algorithm: string;
}

/** More problems than programs have; beyond them they are chosen for anew, in the same way. */
const mostChoices = 10_000;

/** What was chosen for one pass of a problem. */
export function choiceOf(backend: string, info: Conv2DInfo, pass: Pass): string | undefined {
  const alike = found.get(hashOf(info)) ?? [];
  const known = alike.find((one) => one.pass === pass && one.backend === backend && isSame(one.info, info));
  if (known) return known.algorithm;
  const algorithm = choices.get(keyOf(backend, info, pass));
  if (algorithm !== undefined) note({backend, pass, info, algorithm});
  return algorithm;
}

/** Keeps a choice, so that a problem is served by the same algorithm from now on. */
export function keepChoice(backend: string, info: Conv2DInfo, pass: Pass, algorithm: string): void {
  if (choices.size >= mostChoices) resetChoices();
  choices.set(keyOf(backend, info, pass), algorithm);
  note({backend, pass, info, algorithm});
}

/** What was chosen since the last time that choices were begun anew. */
export function keptChoices(): Record<string, string> {
  return Object.fromEntries(choices);
}

/** Begins anew, with those of a plan. */
export function resetChoices(plan?: Plan): void {
  choices = new Map(Object.entries(plan?.choices ?? {}));
  found = new Map();
}

/** What stands in a plan for one pass of a problem. */
function keyOf(backend: string, info: Conv2DInfo, pass: Pass): string {
  const [, [top, bottom], [left, right]] = explicitPads(info);
  const problem = formatProblem({...info, pad: {top, bottom, left, right}, dataFormat: 'NHWC'});
  return `${backend} ${pass} ${problem}`;
}

function note(one: Found): void {
  const hash = hashOf(one.info);
  const others = (found.get(hash) ?? []).filter(
    ({backend, pass, info}) => !(backend === one.backend && pass === one.pass && isSame(info, one.info)),
  );
  found.set(hash, [...others, one]);
}

/** What tells problems apart, but for their kind. */
const sizes = [
  ...(['batch', 'inHeight', 'inWidth', 'inChannels', 'outHeight', 'outWidth', 'outChannels'] as const),
  ...(['filterHeight', 'filterWidth', 'strideHeight', 'strideWidth', 'dilationHeight', 'dilationWidth'] as const),
  ...(['padTop', 'padLeft'] as const),
];

function hashOf(info: Conv2DInfo): number {
  let hash = 0;
  for (const size of sizes) hash = (Math.imul(hash, 31) + info[size]) | 0;
  return hash;
}

function isSame(a: Conv2DInfo, b: Conv2DInfo): boolean {
  return a.kind === b.kind && sizes.every((size) => a[size] === b[size]);
}
