import type {Cost} from '../algorithms/algorithm.js';
import {alongChannels} from '../backends/epilogue.js';
import type {Implementation} from '../backends/implementation.js';
import {servedBackends} from '../backends/index.js';
import {activations} from '../geometry/activations.js';
import type {Conv2DInfo} from '../geometry/conv2dInfo.js';
import {didYouMean, keysOf, refuseUnknown} from '../geometry/didYouMean.js';
import {axesShape, type ProblemEpilogue} from '../geometry/epilogue.js';
import {ConvgradError, nameCaller} from '../geometry/error.js';
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
  fusesActivation,
  isPredicted,
  type Requested,
  ratesSourceOf,
  refusalOf,
  select,
} from './select.js';

/** What {@link explain} returns; plain data. */
export interface Explanation {
  /** The problem string, with every field written out. */
  problem: string;
  /** The resolved geometry, with all four pads. */
  geometry: Conv2DInfo & {padBottom: number; padRight: number};
  /** Shapes in the problem's data format; filters are [height, width, in, out]. */
  shapes: Record<'x' | 'filter' | 'y', number[]>;
  backends: BackendExplanation[];
}

/** How one backend serves the problem. */
export interface BackendExplanation {
  backend: string;
  /** The engine that convgrad's algorithms compute on there; absent on backends without one. */
  engine?: string;
  /** Where the rates behind the predicted times come from; absent where they are measured on this machine. */
  rates?: string;
  passes: PassExplanation[];
}

/** How one pass is served, and at what cost. */
export interface PassExplanation {
  pass: Pass;
  /** The implementation that runs: one of convgrad's algorithms, or `builtin` for tfjs's own kernel. Absent where nothing runs. */
  algorithm?: string;
  why: string;
  /**
   * The predicted time of one call in milliseconds, by rates that are measured here or taken from `rates`. Absent where no
   * prediction exists, and where the problem is too small for one: there the time beside the arithmetic decides, which is not predicted.
   */
  predictedMilliseconds?: number | undefined;
  /** Whether bias and activation of a fused forward pass are computed in the same kernel, and the reason if not. Absent elsewhere. */
  epilogue?: {fused: boolean; why?: string};
  /** All other candidates, the best first, each with the reason why it was not chosen. */
  others: {algorithm: string; why: string; predictedMilliseconds?: number | undefined}[];
  cost: Cost & {
    /** Operations per byte. */
    intensity: number;
    /**
     * Set when the algorithm counts no cost of its own: `bytes` are then those of the tensors, and `flops` those of the
     * definition.
     */
    tensorsOnly?: true;
  };
  /**
   * What tfjs does with this pass without convgrad: its known fault, or that none is known. No kernel runs to find out; the
   * oracle `builtin` of `verify` does that.
   */
  alone: string;
}

/** The options of {@link explain}. */
export interface ExplainOptions {
  /** The backends to explain; defaults to every one that convgrad has kernels for. None of them needs to be imported. */
  backends?: readonly string[];
  /** The algorithm that {@link install} would be given; defaults to 'auto'. */
  algorithm?: string | 'auto';
  /** The accuracy that {@link install} would be given; defaults to 'standard'. */
  accuracy?: 'standard' | 'fast';
}

const optionNames = keysOf<ExplainOptions>({backends: true, algorithm: true, accuracy: true});

/**
 * Explains which implementation serves each pass of a convolution on each backend and why, what it costs, and what tfjs alone
 * would do. It runs no kernel.
 *
 * @param problem a problem or its problem string, e.g. `ih28iw28ic16oc32kh3kw3-same`
 * @throws ConvgradError on a problem without a valid geometry, and on an unknown option, backend, algorithm or accuracy
 */
export function explain(problem: Problem | string, options: ExplainOptions = {}): Explanation {
  try {
    return explainProblem(problem, options);
  } catch (error) {
    throw nameCaller(error, 'explain');
  }
}

function explainProblem(problem: Problem | string, options: ExplainOptions): Explanation {
  refuseUnknown('explain', options, optionNames);
  if (typeof problem === 'object') refuseUnknown('explain', problem, problemNames);
  const asked = typeof problem === 'string' ? parseProblem(problem) : completeProblem('explain', problem);
  const {backends = servedBackends(), algorithm = 'auto', accuracy = 'standard'} = options ?? {};
  if (!Array.isArray(backends))
    throw new ConvgradError(
      'explain',
      `backends must be an array of names such as '${servedBackends()[0]}'; got ${show(backends)}.`,
    );
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
  const alone = builtinFault(backend, problem, pass) ?? 'no known fault (not run here)';
  if (hasZeroSize(info)) {
    const why = 'a size of 0 leaves nothing to compute; the result is zeros';
    return {pass, why, others: [], cost: costOf(undefined, info, pass), alone};
  }
  const builtin = builtinImplementation(backend, {plain: neverCalled});
  const candidates = candidatesOf(backend, info, pass, requested, builtin);
  const refused = refusalOf(backend, requested);
  if (refused !== undefined) {
    const others = candidates.map(({implementation: {algorithm}}) => ({algorithm, why: 'not requested'}));
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
    ...(problem.epilogue && pass === 'forward'
      ? {epilogue: explainEpilogue(problem.epilogue, info, backend, chosen, chosen === builtin)}
      : {}),
    others: candidates
      .filter(({implementation}) => implementation !== chosen)
      .map((candidate) => {
        const {implementation, verdict} = candidate;
        const passed = isCached
          ? 'not the earlier choice'
          : whyNotChosen(candidate, chosen, requested, byTime, isFastest, builtin);
        const why = verdict === true ? passed : verdict;
        return {algorithm: implementation.algorithm, why, ...predicted(candidate)};
      }),
    cost: costOf(chosen, info, pass),
    alone,
  };
}

/** Whether the chosen implementation computes the epilogue in its own kernel, by the rules of `runPass`. */
function explainEpilogue(
  {activation, bias, slopes}: ProblemEpilogue,
  info: Conv2DInfo,
  backend: string,
  {algorithm, fuses}: Implementation,
  isBuiltin: boolean,
): NonNullable<PassExplanation['epilogue']> {
  const apart = (why: string) => ({fused: false, why});
  const {batch, outHeight, outWidth, outChannels, dataFormat} = info;
  if (dataFormat === 'NCHW') return apart('the kernel computes in NHWC, and the operands have shapes for NCHW');
  if (isBuiltin && activations[activation].isUnknownToTfjs)
    return apart(`tfjs's own kernel does not know ${activation}`);
  if (!fuses) return apart(`${algorithm} computes the convolution alone`);
  const answer = isBuiltin || fusesActivation(backend, activation);
  if (answer !== true) return apart(answer);
  const fits = (axes = 'c') => alongChannels(axesShape(axes, [batch, outHeight, outWidth, outChannels]), outChannels);
  return fits(bias) && fits(slopes) ? {fused: true} : apart('a kernel takes one bias and one slope for each channel');
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
  if (algorithm === requested.algorithm) return 'requested by name';
  const least = isCached ? 'chosen earlier, by a plan or for another size of this layer' : 'lowest predicted time';
  const first = isFastest ? 'fastest for a problem this small' : 'first in order of preference that supports it';
  const own = byTime ? least : first;
  const why = byTime && predict ? own : 'known to be faster here';
  const shown = isBuiltin ? `tfjs's own kernel, right when given the resolved pads: ${why}` : own;
  return refusal === undefined ? shown : `${shown}; '${requested.algorithm}' does not support it: ${refusal}`;
}

/** The reason why a candidate that supports the pass was not chosen. */
function whyNotChosen(
  {implementation}: Candidate,
  chosen: Implementation,
  {algorithm}: Requested,
  byTime: boolean,
  isFastest: boolean,
  builtin: Implementation | undefined,
): string {
  if (chosen.algorithm === algorithm) return `'${algorithm}' was requested`;
  const isTimed = builtin?.predict !== undefined;
  if (implementation === builtin && !isTimed) return 'used only where no algorithm of convgrad is faster';
  if (chosen === builtin && !isTimed) return 'tfjs’s own kernel is known to be faster here';
  if (byTime) return 'higher predicted time';
  return isFastest ? 'slower for a problem this small' : 'later in order of preference';
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

/** A placeholder kernel: `explain()` asks whether it would be chosen and never runs it. */
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
