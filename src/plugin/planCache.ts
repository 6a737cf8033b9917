import type {EngineName} from '../engine/index.js';
import type {Conv2DInfo} from '../geometry/conv2dInfo.js';
import {explicitPads} from '../geometry/explicitPads.js';
import type {Pass} from '../geometry/pass.js';
import {formatProblem} from '../geometry/problem.js';

/**
 * The algorithms that were chosen by predicted times. Predicted times differ between machines and a little between runs, so with
 * a plan another run computes the same bits. Plain data: `installation.report().plan` returns it and `install({plan})` takes it.
 */
export interface Plan {
  /** The engine that computed on cpu and wasm; absent in a plan for other backends. */
  engine?: EngineName;
  /** Names of algorithms, by `backend pass problem`. */
  choices: Readonly<Record<string, string>>;
}

/** The choices of the plan that was asked for. They stay when the others are cleared. */
let planned: Plan['choices'] = {};
/** All of them, by key. */
let choices = new Map<string, string>();

/** Hash index of the same choices, by layer and image. It avoids formatting the problem, which would dominate a cached choice. */
let byImage = new Map<number, CachedChoice[]>();
/** Hash index of the first choice of each layer. */
let byLayer = new Map<number, CachedChoice[]>();
interface CachedChoice {
  backend: string;
  pass: Pass;
  info: Conv2DInfo;
  algorithm: string;
}

/** The limit of cached choices, above what programs need. Reaching it clears the cache but for the plan's, and choices are made anew. */
const maxChoices = 10_000;

/** The algorithm that was chosen for one pass of a problem, if any. */
export function cachedChoice(backend: string, info: Conv2DInfo, pass: Pass): string | undefined {
  const known = find(byImage, imageFields, {backend, pass, info}, allFields);
  if (known) return known.algorithm;
  const algorithm = choices.get(keyOf(backend, info, pass));
  if (algorithm !== undefined) addToIndex({backend, pass, info, algorithm});
  return algorithm;
}

/**
 * The algorithm that was chosen for the same layer at another size: at another batch of this image, or else at the first image
 * size that it had.
 */
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

/** Keeps a choice, so that the same algorithm serves the problem from now on. */
export function cacheChoice(backend: string, info: Conv2DInfo, pass: Pass, algorithm: string): void {
  if (choices.size >= maxChoices + Object.keys(planned).length) resetChoices({choices: planned});
  choices.set(keyOf(backend, info, pass), algorithm);
  addToIndex({backend, pass, info, algorithm});
}

/** All choices since the last reset, including those of the plan. */
export function cachedChoices(): Record<string, string> {
  return Object.fromEntries(choices);
}

/** Clears the cache, and fills it with the choices of a plan if there is one. */
export function resetChoices(plan?: Plan): void {
  planned = plan?.choices ?? {};
  choices = new Map(Object.entries(planned));
  byImage = new Map();
  byLayer = new Map();
}

/** The key of one pass of a problem in a plan. */
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

/** The fields that distinguish layers, apart from their kind. */
const layerFields = [
  ...(['inChannels', 'outChannels', 'filterHeight', 'filterWidth'] as const),
  ...(['strideHeight', 'strideWidth', 'dilationHeight', 'dilationWidth'] as const),
];
/** Layer fields plus image size and padding. */
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
