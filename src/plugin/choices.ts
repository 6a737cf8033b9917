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
/** Those that were the first of their layer. */
let first = new Map<number, Found[]>();
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
  const known = find(found, ofImage, {backend, pass, info}, sizes);
  if (known) return known.algorithm;
  const algorithm = choices.get(keyOf(backend, info, pass));
  if (algorithm !== undefined) note({backend, pass, info, algorithm});
  return algorithm;
}

/** What was chosen for the same layer at another size: at another batch of this image, or at the first size that it had. */
export function choiceNear(
  backend: string,
  info: Conv2DInfo,
  pass: Pass,
): {algorithm: string; isThisImage: boolean} | undefined {
  const asked = {backend, pass, info};
  const near = find(found, ofImage, asked, ofImage);
  if (near) return {algorithm: near.algorithm, isThisImage: true};
  const far = find(first, ofLayer, asked, ofLayer);
  return far && {algorithm: far.algorithm, isThisImage: false};
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
  first = new Map();
}

/** What stands in a plan for one pass of a problem. */
function keyOf(backend: string, info: Conv2DInfo, pass: Pass): string {
  const [, [top, bottom], [left, right]] = explicitPads(info);
  const problem = formatProblem({...info, pad: {top, bottom, left, right}, dataFormat: 'NHWC'});
  return `${backend} ${pass} ${problem}`;
}

function note(one: Found): void {
  add(found, ofImage, one);
  if (!find(first, ofLayer, one, ofLayer)) add(first, ofLayer, one);
}

type Size = keyof Conv2DInfo & (typeof sizes)[number];

/** What tells layers apart, but for their kind. */
const ofLayer = [
  ...(['inChannels', 'outChannels', 'filterHeight', 'filterWidth'] as const),
  ...(['strideHeight', 'strideWidth', 'dilationHeight', 'dilationWidth'] as const),
];
/** And their images. */
const ofImage = [...ofLayer, ...(['inHeight', 'inWidth', 'outHeight', 'outWidth', 'padTop', 'padLeft'] as const)];
const sizes = [...ofImage, 'batch'] as const;

function hashOf(info: Conv2DInfo, of: readonly Size[]): number {
  let hash = 0;
  for (const size of of) hash = (Math.imul(hash, 31) + info[size]) | 0;
  return hash;
}

function add(to: Map<number, Found[]>, by: readonly Size[], one: Found): void {
  const hash = hashOf(one.info, by);
  const others = (to.get(hash) ?? []).filter((other) => !isSame(other, one, sizes));
  to.set(hash, [...others, one]);
}

type Asked = Omit<Found, 'algorithm'>;

function find(among: Map<number, Found[]>, by: readonly Size[], one: Asked, alike: readonly Size[]): Found | undefined {
  return among.get(hashOf(one.info, by))?.find((other) => isSame(other, one, alike));
}

function isSame(a: Asked, b: Asked, alike: readonly Size[]): boolean {
  if (a.pass !== b.pass || a.backend !== b.backend || a.info.kind !== b.info.kind) return false;
  return alike.every((size) => a.info[size] === b.info[size]);
}
