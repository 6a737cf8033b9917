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
let byImage = new Map<number, CachedChoice[]>();
/** Those that were the first of their layer. */
let byLayer = new Map<number, CachedChoice[]>();
interface CachedChoice {
  backend: string;
  pass: Pass;
  info: Conv2DInfo;
  algorithm: string;
}

/** More problems than programs have; beyond them they are chosen for anew, in the same way. */
const maxChoices = 10_000;

/** What was chosen for one pass of a problem. */
export function cachedChoice(backend: string, info: Conv2DInfo, pass: Pass): string | undefined {
  const known = find(byImage, imageFields, {backend, pass, info}, allFields);
  if (known) return known.algorithm;
  const algorithm = choices.get(keyOf(backend, info, pass));
  if (algorithm !== undefined) addToIndex({backend, pass, info, algorithm});
  return algorithm;
}

/** What was chosen for the same layer at another size: at another batch of this image, or at the first size that it had. */
export function choiceForSameLayer(
  backend: string,
  info: Conv2DInfo,
  pass: Pass,
): {algorithm: string; isThisImage: boolean} | undefined {
  const asked = {backend, pass, info};
  const sameImage = find(byImage, imageFields, asked, imageFields);
  if (sameImage) return {algorithm: sameImage.algorithm, isThisImage: true};
  const otherImage = find(byLayer, layerFields, asked, layerFields);
  return otherImage && {algorithm: otherImage.algorithm, isThisImage: false};
}

/** Keeps a choice, so that a problem is served by the same algorithm from now on. */
export function cacheChoice(backend: string, info: Conv2DInfo, pass: Pass, algorithm: string): void {
  if (choices.size >= maxChoices) resetChoices();
  choices.set(keyOf(backend, info, pass), algorithm);
  addToIndex({backend, pass, info, algorithm});
}

/** What was chosen since the last time that choices were begun anew. */
export function cachedChoices(): Record<string, string> {
  return Object.fromEntries(choices);
}

/** Begins anew, with those of a plan. */
export function resetChoices(plan?: Plan): void {
  choices = new Map(Object.entries(plan?.choices ?? {}));
  byImage = new Map();
  byLayer = new Map();
}

/** What stands in a plan for one pass of a problem. */
function keyOf(backend: string, info: Conv2DInfo, pass: Pass): string {
  const [, [top, bottom], [left, right]] = explicitPads(info);
  const problem = formatProblem({...info, pad: {top, bottom, left, right}, dataFormat: 'NHWC'});
  return `${backend} ${pass} ${problem}`;
}

function addToIndex(choice: CachedChoice): void {
  add(byImage, imageFields, choice);
  if (!find(byLayer, layerFields, choice, layerFields)) add(byLayer, layerFields, choice);
}

type ChoiceField = keyof Conv2DInfo & (typeof allFields)[number];

/** What tells layers apart, but for their kind. */
const layerFields = [
  ...(['inChannels', 'outChannels', 'filterHeight', 'filterWidth'] as const),
  ...(['strideHeight', 'strideWidth', 'dilationHeight', 'dilationWidth'] as const),
];
/** And their images. */
const imageFields = [
  ...layerFields,
  ...(['inHeight', 'inWidth', 'outHeight', 'outWidth', 'padTop', 'padLeft'] as const),
];
const allFields = [...imageFields, 'batch'] as const;

function hashOf(info: Conv2DInfo, fields: readonly ChoiceField[]): number {
  let hash = 0;
  for (const size of fields) hash = (Math.imul(hash, 31) + info[size]) | 0;
  return hash;
}

function add(index: Map<number, CachedChoice[]>, hashedBy: readonly ChoiceField[], choice: CachedChoice): void {
  const hash = hashOf(choice.info, hashedBy);
  const others = (index.get(hash) ?? []).filter((other) => !isSame(other, choice, allFields));
  index.set(hash, [...others, choice]);
}

type ChoiceKey = Omit<CachedChoice, 'algorithm'>;

function find(
  index: Map<number, CachedChoice[]>,
  hashedBy: readonly ChoiceField[],
  key: ChoiceKey,
  fields: readonly ChoiceField[],
): CachedChoice | undefined {
  return index.get(hashOf(key.info, hashedBy))?.find((other) => isSame(other, key, fields));
}

function isSame(a: ChoiceKey, b: ChoiceKey, fields: readonly ChoiceField[]): boolean {
  if (a.pass !== b.pass || a.backend !== b.backend || a.info.kind !== b.info.kind) return false;
  return fields.every((size) => a.info[size] === b.info[size]);
}
