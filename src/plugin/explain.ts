import type {Cost} from '../algorithms/algorithm.js';
import type {Implementation} from '../backends/implementation.js';
import {servedBackends} from '../backends/servedBackends.js';
import type {Conv2DInfo} from '../geometry/conv2dInfo.js';
import {didYouMean, keysOf, refuseUnknown} from '../geometry/didYouMean.js';
import {ConvgradError} from '../geometry/error.js';
import {explicitPads} from '../geometry/explicitPads.js';
import {
  flopsOf,
  hasZeroSize,
  type Pass,
  passes,
  passTensors,
  sizeOf,
  type TensorName,
  userShapeOf,
} from '../geometry/pass.js';
import {
  completeProblem,
  formatProblem,
  type Problem,
  parseProblem,
  problemInfo,
  problemNames,
} from '../geometry/problem.js';
import {show} from '../geometry/show.js';
import {builtinFault} from './builtinFault.js';
import {builtinImplementation} from './builtinImplementation.js';
import {
  algorithmsOf,
  type Candidate,
  candidatesOf,
  engineOf,
  isPredicted,
  type Requested,
  ratesSourceOf,
  refusalOf,
  select,
} from './select.js';

/** What `explain()` tells; plain data. */
export interface Explanation {
  /** In full. */
  problem: string;
  /** The resolved geometry. */
  geometry: Conv2DInfo & {padBottom: number; padRight: number};
  /** In the problem's data format; filters are HWIO. */
  shapes: Record<'x' | 'filter' | 'y', number[]>;
  backends: BackendExplanation[];
}

export interface BackendExplanation {
  backend: string;
  /** The engine that convgrad's algorithms compute on there, where they have one. */
  engine?: string;
  /** Where predicted times come from that are not measured here. */
  rates?: string;
  passes: PassExplanation[];
}

export interface PassExplanation {
  pass: Pass;
  /** What runs: an algorithm of convgrad's, or `builtin` for tfjs's own kernel; absent where nothing does. */
  algorithm?: string;
  why: string;
  /** How long it should take on one call, by rates that are measured here, or those of `rates`; absent where that cannot be told. */
  predictedMilliseconds?: number | undefined;
  /** Everything else that could have been chosen, the best first, and why it was not. */
  others: {algorithm: string; why: string; predictedMilliseconds?: number | undefined}[];
  cost: Cost & {
    /** Operations for each byte. */
    intensity: number;
    /** Nobody counted: the bytes are those of the tensors, the operations those of the definition. */
    tensorsOnly?: true;
  };
  /** What tfjs makes of it without convgrad: the fault that is known, or that none is. No kernel is run to find out; the oracle `builtin` of `verify` tries it. */
  alone: string;
}

export interface ExplainOptions {
  /** By default every one that convgrad has kernels for; none needs to be imported. */
  backends?: readonly string[];
  /** As `install({algorithm})` takes it. */
  algorithm?: string | 'auto';
  /** As `install({accuracy})` takes it. */
  accuracy?: 'standard' | 'fast';
}

const optionNames = keysOf<ExplainOptions>({backends: true, algorithm: true, accuracy: true});

/**
 * Tells which implementation serves each pass of a convolution on each backend and why, what it costs, and what tfjs alone would do.
 *
 * @param problem a problem or its line of text, e.g. `ih28iw28ic16oc32kh3kw3-same`
 * @throws ConvgradError on a problem that has no geometry, and on an unknown backend or algorithm
 */
export function explain(problem: Problem | string, options: ExplainOptions = {}): Explanation {
  refuseUnknown('explain', options, optionNames);
  if (typeof problem === 'object') refuseUnknown('explain', problem, problemNames);
  const asked = typeof problem === 'string' ? parseProblem(problem) : completeProblem('explain', problem);
  const {backends = servedBackends(), algorithm = 'auto', accuracy = 'standard'} = options ?? {};
  if (!Array.isArray(backends))
    throw new ConvgradError('explain', `backends must be an array such as ['cpu']; got ${show(backends)}.`);
  checkNames('backend', backends, servedBackends());
  checkNames('algorithm', [algorithm], ['auto', 'builtin', ...new Set(servedBackends().flatMap(algorithmsOf))]);
  checkNames('accuracy', [accuracy], ['standard', 'fast']);
  const info = problemInfo(asked);
  const [, [, padBottom], [, padRight]] = explicitPads(info);
  const shape = (name: TensorName) => userShapeOf(info, name);
  return {
    problem: formatProblem(asked),
    geometry: {...info, padBottom, padRight},
    shapes: {x: shape('x'), filter: shape('filter'), y: shape('y')},
    backends: backends.map((backend) => {
      const engine = engineOf(backend)?.name;
      const rates = ratesSourceOf(backend);
      return {
        backend,
        ...(engine === undefined ? {} : {engine}),
        ...(rates === undefined ? {} : {rates}),
        passes: passes.map((pass) => explainPass(asked, info, backend, pass, {algorithm, accuracy})),
      };
    }),
  };
}

function explainPass(
  problem: Problem,
  info: Conv2DInfo,
  backend: string,
  pass: Pass,
  requested: Requested,
): PassExplanation {
  const alone = builtinFault(backend, problem, pass) ?? 'no fault is known, not tried here';
  if (hasZeroSize(info)) {
    const why = 'a size of 0 leaves nothing to compute: the result is zeros without any algorithm';
    return {pass, why, others: [], cost: costOf(undefined, info, pass), alone};
  }
  const builtin = builtinImplementation(backend, {plain: neverCalled});
  const candidates = candidatesOf(backend, info, pass, requested, builtin);
  const refused = refusalOf(backend, requested);
  if (refused !== undefined) {
    const others = candidates.map(({implementation: {algorithm}}) => ({algorithm, why: 'not asked for'}));
    return {pass, why: refused, others, cost: costOf(undefined, info, pass), alone};
  }
  const {implementation: chosen, refusal} = select('explain', backend, info, pass, requested, builtin);
  const byTime = isPredicted(backend, info) && candidates.filter(isTimed).length > 1;
  const isCached = byTime && chosen !== candidates[0]?.implementation;
  const isFastest = !byTime && chosen.isFaster?.(info, pass) === true;
  const predicted = ({milliseconds}: Partial<Candidate>) =>
    milliseconds === undefined ? {} : {predictedMilliseconds: milliseconds};
  return {
    pass,
    algorithm: chosen.algorithm,
    why: whyChosen(chosen, requested, refusal, chosen === builtin, byTime, isCached, isFastest),
    ...predicted(candidates.find(({implementation}) => implementation === chosen) ?? {}),
    others: candidates
      .filter(({implementation}) => implementation !== chosen)
      .map((candidate) => {
        const {implementation, verdict} = candidate;
        const passed = isCached
          ? 'not what was chosen before'
          : whyNotChosen(candidate, chosen, requested, byTime || isFastest, builtin);
        const why = verdict === true ? passed : verdict;
        return {algorithm: implementation.algorithm, why, ...predicted(candidate)};
      }),
    cost: costOf(chosen, info, pass),
    alone,
  };
}

function isTimed({milliseconds}: Candidate): boolean {
  return milliseconds !== undefined;
}

function whyChosen(
  {algorithm, predict}: Implementation,
  requested: Requested,
  refusal: string | undefined,
  isBuiltin: boolean,
  byTime: boolean,
  isCached: boolean,
  isFastest: boolean,
): string {
  if (algorithm === requested.algorithm) return 'asked for by name';
  const least = isCached ? 'chosen before, by a plan or for another size of this layer' : 'the least predicted time';
  const first = isFastest ? 'the fastest for so little' : 'first in the order of preference that computes it';
  const own = byTime ? least : first;
  const why = byTime && predict ? own : 'there it is faster';
  const shown = isBuiltin ? `tfjs's own kernel, told the resolved pads, which is as right: ${why}` : own;
  return refusal === undefined ? shown : `${shown}, since '${requested.algorithm}' does not: ${refusal}`;
}

/** Why something that could serve it does not. */
function whyNotChosen(
  {implementation}: Candidate,
  chosen: Implementation,
  {algorithm}: Requested,
  byTime: boolean,
  builtin: Implementation | undefined,
): string {
  if (chosen.algorithm === algorithm) return `'${algorithm}' was asked for`;
  const isTimed = builtin?.predict !== undefined;
  if (implementation === builtin && !isTimed) return 'used only where none of convgrad’s own is faster';
  if (chosen === builtin && !isTimed) return 'there tfjs’s own kernel is faster';
  return byTime ? 'more time' : 'later in the order of preference';
}

function costOf(implementation: Implementation | undefined, info: Conv2DInfo, pass: Pass): PassExplanation['cost'] {
  const counted = implementation?.cost?.(info, pass);
  const {inputs, output} = passTensors[pass];
  const bytes = [...inputs, output].reduce((sum, name) => sum + 4 * sizeOf(info, name), 0);
  const cost = counted ?? {flops: flopsOf(info), bytes, workspaceBytes: 0};
  return {
    ...cost,
    intensity: cost.bytes === 0 ? 0 : cost.flops / cost.bytes,
    ...(counted ? {} : {tensorsOnly: true as const}),
  };
}

/** Stands for a kernel that is asked about, never run. */
function neverCalled(): never {
  throw new Error('explain() runs no kernel');
}

function checkNames(what: string, chosen: readonly string[], known: readonly string[]): void {
  const unknown = chosen.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new ConvgradError(
      'explain',
      `unknown ${what} ${typeof unknown === 'string' ? `'${unknown}'` : show(unknown)}${didYouMean(String(unknown), known)}; use ${known.join(', ')}.`,
    );
}
