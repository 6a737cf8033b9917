import {findAlgorithm, isDefined} from '../algorithms/index.js';
import type {Backend} from '../backends/backend.js';
import type {Builtin, Implementation, TensorEpilogue} from '../backends/implementation.js';
import {backendNamed, backends, servedBackends} from '../backends/index.js';
import type {Engine} from '../engine/engine.js';
import {type Activation, fusedForm} from '../geometry/activations.js';
import type {Conv2DInfo} from '../geometry/conv2dInfo.js';
import {ConvgradError} from '../geometry/error.js';
import {flopsOf, type Pass} from '../geometry/pass.js';
import {callCounts} from './callCounts.js';
import {cacheChoice, cachedChoice, choiceForSameLayer} from './planCache.js';

/** The names of the algorithms that run on a backend, in order of preference; empty for a backend that convgrad does not serve. */
export function algorithmsOf(backend: string): readonly string[] {
  return implementationsOf(backend).map((implementation) => implementation.algorithm);
}

/** The policy for tfjs's own kernels on a backend; undefined where convgrad does not use them. */
export function builtinOf(backend: string): Builtin | undefined {
  return backendNamed(backend)?.builtin;
}

/** How to find out whether the memory of a float32 tensor holds floats on a backend; undefined where it always does. */
export function floatsOf(backend: string): Backend['floats'] {
  return backendNamed(backend)?.floats;
}

/** The engine that convgrad's implementations on a backend compute on; undefined where they have none. */
export function engineOf(backend: string): Engine | undefined {
  return backendNamed(backend)?.engine?.();
}

/**
 * The coverage counters of a backend, by name: one for each pass of each implementation, and one for each part that they are made
 * of.
 */
export function coverageOf(backend: string): Map<string, number> {
  const whole = implementationsOf(backend).flatMap(({algorithm, passes}) =>
    passes.map((pass) => `${algorithm} ${pass}`),
  );
  const parts = [
    ...implementationsOf(backend).flatMap(({counters = []}) => counters),
    ...(backendNamed(backend)?.counters?.() ?? []),
  ];
  const calls = callCounts();
  return new Map([
    ...whole.map((name): [string, number] => [name, calls.get(`${backend}/${name.replace(' ', '/')}`) ?? 0]),
    ...parts.map(({name, hits}): [string, number] => [name, hits]),
  ]);
}

/** True if the algorithm supports this pass of this problem on this backend, or the reason why not. */
export function supportsPass(backend: string, algorithm: string, info: Conv2DInfo, pass: Pass): true | string {
  const found = implementationsOf(backend).find((implementation) => implementation.algorithm === algorithm);
  return found ? found.supports(info, pass) : `${backend} does not run it`;
}

/** What an implementation declares of its errors; see {@link Implementation}. */
export function declarationOf(
  backend: string,
  algorithm: string,
): Pick<Implementation, 'footprint' | 'integerHeadroom' | 'tile' | 'errorBound'> {
  const own = implementationsOf(backend).find((implementation) => implementation.algorithm === algorithm);
  const byName = findAlgorithm(algorithm);
  return {
    footprint: own?.footprint ?? byName?.footprint,
    integerHeadroom: own?.integerHeadroom ?? byName?.integerHeadroom,
    tile: own?.tile?.bind(own) ?? byName?.tile?.bind(byName),
    errorBound: own?.errorBound?.bind(own) ?? byName?.errorBound?.bind(byName),
  };
}

/** The algorithms of a backend that can apply an epilogue in their own kernels. */
export function fusingAlgorithms(backend: string): string[] {
  return implementationsOf(backend).flatMap(({algorithm, fuses}) => (fuses ? [algorithm] : []));
}

/** True if a backend's kernels can apply the activation themselves, or the reason why not. */
export function fusesActivation(backend: string, activation: Activation): true | string {
  const language = backendNamed(backend)?.kernelLanguage;
  const form = language && fusedForm(activation, language);
  return typeof form === 'string' || (form?.absent ?? 'its kernels apply no activations');
}

/** Whether the algorithm applies this epilogue in its own kernel. Otherwise another kernel computes it. */
export function fusesOn(
  backend: string,
  algorithm: string,
  info: Conv2DInfo,
  epilogue: TensorEpilogue,
  instance: object,
): boolean {
  const found = implementationsOf(backend).find((implementation) => implementation.algorithm === algorithm);
  return found?.fuses?.(info, epilogue, instance) === true;
}

/** The algorithm and accuracy that the user requested. */
export interface Requested {
  /** The name of an algorithm, 'builtin', or 'auto'. */
  algorithm: string | 'auto';
  /** 'fast' also permits algorithms that are less accurate than the definition in float32. */
  accuracy: 'standard' | 'fast';
}

/** The chosen implementation. `refusal` is the reason why the requested algorithm was not chosen, if it was not. */
export interface Selection {
  implementation: Implementation;
  refusal?: string;
}

/** Where the rates behind the predicted times of a backend come from; undefined where they are measured on this machine. */
export function ratesSourceOf(backend: string): string | undefined {
  return backendNamed(backend)?.ratesSource?.();
}

/**
 * The reason why nothing may serve the requested algorithm on a backend, or undefined. A user-defined algorithm may compute
 * anything, so no other algorithm stands in for it. convgrad's own algorithms all compute the same, so where one does not run,
 * another one does.
 */
export function refusalOf(backend: string, {algorithm}: Requested): string | undefined {
  if (algorithm === 'auto' || algorithm === 'builtin' || algorithmsOf(backend).includes(algorithm)) return undefined;
  const others = backends().flatMap((one) => one.implementations().map(({algorithm: name}) => name));
  if (others.includes(algorithm) && !isDefined(algorithm)) return undefined;
  const able = servedBackends().filter((name) => algorithmsOf(name).includes(algorithm));
  const wayOut = able.length > 0 ? `it runs on ${able.join(', ')}` : 'it is not defined any more';
  return `your algorithm '${algorithm}' does not run on backend '${backend}', and no other algorithm replaces it; ${wayOut}`;
}

/**
 * Selects the implementation that serves one pass. A named algorithm comes first, if it supports the pass. For 'auto', tfjs's
 * own kernel comes first where it is known to be faster. Otherwise the implementation with the lowest predicted time serves, and
 * serves later calls too.
 * @param builtin tfjs's own kernel; if you name another algorithm, you never get it
 * @throws ConvgradError with every refusal when no implementation supports the pass, and when a user-defined algorithm does not
 * run on this backend
 */
export function select(
  functionName: string,
  backend: string,
  info: Conv2DInfo,
  pass: Pass,
  requested: Requested,
  builtin?: Implementation,
): Selection {
  const {algorithm} = requested;
  if (algorithm === 'auto' && builtin?.isFaster?.(info, pass) && builtin.supports(info, pass) === true)
    return {implementation: builtin};
  const refused = refusalOf(backend, requested);
  if (refused !== undefined) throw new ConvgradError(functionName, `${refused}; or install({algorithm: 'auto'}).`);
  const own = implementationsOf(backend);
  let refusal: {refusal?: string} = {};
  if (algorithm !== 'auto') {
    const asked = algorithm === builtin?.algorithm ? builtin : own.find((one) => one.algorithm === algorithm);
    const answer = asked ? asked.supports(info, pass) : `${backend} does not run it`;
    if (asked && answer === true) return {implementation: asked};
    refusal = {refusal: String(answer)};
  }
  const implementation = choose(backend, info, pass, requested, own, builtin);
  if (implementation) return {implementation, ...refusal};
  if (algorithm === 'auto' && builtin?.supports(info, pass) === true) return {implementation: builtin};
  const reasons = candidatesOf(backend, info, pass, requested, builtin).map(
    ({implementation: {algorithm: name}, verdict}) => `${name}: ${verdict}`,
  );
  throw new ConvgradError(
    functionName,
    `no algorithm on backend '${backend}' computes this ${pass} (${reasons.join('; ') || 'it has none'}); ` +
      `use one of the backends ${servedBackends().join(', ')} or uninstall().`,
  );
}

/**
 * Whether predicted times decide for this problem, rather than the order of preference. Problems below a minimum of operations
 * are not predicted.
 */
export function isPredicted(backend: string, info: Conv2DInfo): boolean {
  return flopsOf(info) >= (backendNamed(backend)?.minPredictedFlops ?? 0);
}

/** The permitted implementation with the lowest predicted time. tfjs's own kernel takes part if its time is predicted too. */
function choose(
  backend: string,
  info: Conv2DInfo,
  pass: Pass,
  requested: Requested,
  own: readonly Implementation[],
  builtin: Implementation | undefined,
): Implementation | undefined {
  const permitted = (one: Implementation) => whyNot(one, info, pass, requested.accuracy) === true;
  if (!isPredicted(backend, info) || !own.some(({predict}) => predict)) {
    const fastest = own.find((one) => one.isFaster?.(info, pass) && permitted(one));
    return fastest ?? own.find(permitted);
  }
  const all = [...own, ...predictedBuiltin(builtin, requested)];
  const cached = cachedChoice(backend, info, pass);
  const known = cached === undefined ? undefined : all.find(({algorithm}) => algorithm === cached);
  if (known && permitted(known)) return known;
  const best = compiledOrFastest(backend, info, pass, fastestFirst(all.filter(permitted), info, pass));
  // Cache only choices that also considered the built-in.
  const isWhole = all.length > own.length || builtinOf(backend)?.predict === undefined;
  if (best?.milliseconds !== undefined && isWhole) cacheChoice(backend, info, pass, best.implementation.algorithm);
  return best?.implementation;
}

/** An algorithm that is already compiled for another image size of this layer may take this many times as long as the fastest one. */
const maxSlowdown = 2;

/**
 * Returns the fastest implementation, except on backends that compile shaders when they first run. There it prefers the algorithm
 * that this layer already uses at another size. It does so always when only the batch differs, and for another image size unless
 * that algorithm is too slow.
 */
function compiledOrFastest(
  backend: string,
  info: Conv2DInfo,
  pass: Pass,
  timed: readonly TimedImplementation[],
): TimedImplementation | undefined {
  const [best] = timed;
  const near = backendNamed(backend)?.compiles ? choiceForSameLayer(backend, info, pass) : undefined;
  const compiled = near && timed.find(({implementation}) => implementation.algorithm === near.algorithm);
  if (!compiled || compiled.milliseconds === undefined) return best;
  const isLong = compiled.milliseconds > maxSlowdown * (best.milliseconds ?? Number.MAX_VALUE);
  return isLong && !near.isThisImage ? best : compiled;
}

/** tfjs's own kernel, where its time is predicted and no algorithm is named. */
function predictedBuiltin(builtin: Implementation | undefined, {algorithm}: Requested): Implementation[] {
  return builtin?.predict && algorithm === 'auto' ? [builtin] : [];
}

interface TimedImplementation {
  implementation: Implementation;
  milliseconds: number | undefined;
}

/** Sorts by predicted time. Implementations without a prediction keep their order and come last. */
function fastestFirst(implementations: readonly Implementation[], info: Conv2DInfo, pass: Pass): TimedImplementation[] {
  for (const implementation of implementations) implementation.prepare?.(info, pass);
  const timed = implementations.map((implementation) => ({
    implementation,
    milliseconds: implementation.predict?.(info, pass),
  }));
  const time = ({milliseconds = Number.MAX_VALUE}: {milliseconds?: number | undefined}) => milliseconds;
  return timed.sort((a, b) => time(a) - time(b));
}

/** An implementation that `select` can choose. */
export interface Candidate {
  implementation: Implementation;
  /** True, or the reason why it does not serve this pass. */
  verdict: true | string;
  /** The predicted time; absent where there is no prediction, or where it does not decide. */
  milliseconds?: number;
}

/**
 * The candidates that `select` chooses from: first those that support the pass, by predicted time or else in order of preference,
 * then the rest. tfjs's own kernel comes first or last where its time is not predicted.
 */
export function candidatesOf(
  backend: string,
  info: Conv2DInfo,
  pass: Pass,
  {algorithm, accuracy}: Requested,
  builtin?: Implementation,
): Candidate[] {
  const competing = predictedBuiltin(builtin, {algorithm, accuracy});
  const judged = [...implementationsOf(backend), ...competing].map((implementation) => ({
    implementation,
    verdict:
      implementation.algorithm === algorithm
        ? implementation.supports(info, pass)
        : whyNot(implementation, info, pass, accuracy),
  }));
  const able = judged.filter(({verdict}) => verdict === true).map(({implementation}) => implementation);
  const ordered: Candidate[] = isPredicted(backend, info)
    ? fastestFirst(able, info, pass).map(({implementation, milliseconds}) => ({
        ...{implementation, verdict: true},
        ...(milliseconds === undefined ? {} : {milliseconds}),
      }))
    : able.map((implementation) => ({implementation, verdict: true}));
  const all = [...ordered, ...judged.filter(({verdict}) => verdict !== true)];
  if (!builtin || competing.length > 0 || (algorithm !== 'auto' && algorithm !== builtin.algorithm)) return all;
  const builtinCandidate = {implementation: builtin, verdict: builtin.supports(info, pass)};
  return algorithm === builtin.algorithm || builtin.isFaster?.(info, pass)
    ? [builtinCandidate, ...all]
    : [...all, builtinCandidate];
}

function whyNot(
  implementation: Implementation,
  info: Conv2DInfo,
  pass: Pass,
  accuracy: Requested['accuracy'],
): true | string {
  const answer = implementation.supports(info, pass);
  if (answer !== true) return answer;
  if (implementation.accuracy === 'fast' && accuracy !== 'fast')
    return "it is less accurate than the definition; install({accuracy: 'fast'}) permits it";
  return true;
}

function implementationsOf(backend: string): readonly Implementation[] {
  return backendNamed(backend)?.implementations() ?? [];
}
