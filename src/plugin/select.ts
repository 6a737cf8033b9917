import {hostFamily} from '../backends/host/index.js';
import type {BackendFamily, Builtin, Implementation} from '../backends/implementation.js';
import {webglFamily} from '../backends/webgl/index.js';
import type {Engine} from '../engine/engine.js';
import type {Conv2DInfo} from '../geometry/conv2dInfo.js';
import {ConvgradError} from '../geometry/error.js';
import type {Pass} from '../geometry/pass.js';
import {callCounts} from './calls.js';

/** One line per family of backends. */
const families: readonly BackendFamily[] = [hostFamily, webglFamily];

/** Names of the tfjs backends that convgrad has kernels for. */
export function servedBackends(): readonly string[] {
  return families.flatMap((family) => family.backends);
}

/** Names of the algorithms that run on a backend, in order of preference; empty for a backend that is not served. */
export function algorithmsOf(backend: string): readonly string[] {
  return implementationsOf(backend).map((implementation) => implementation.algorithm);
}

/** Where the backend's own kernels are used, if they are. */
export function builtinOf(backend: string): Builtin | undefined {
  return familyOf(backend)?.builtins?.[backend];
}

/** The engine that convgrad's implementations on a backend compute on, where they have one. */
export function engineOf(backend: string): Engine | undefined {
  return familyOf(backend)?.engine?.();
}

/** What the passes of a backend's implementations have run so far, by name: each pass of each as a whole, and the parts that they are made of. */
export function hitsOf(backend: string): Map<string, number> {
  const whole = implementationsOf(backend).flatMap(({algorithm, passes}) =>
    passes.map((pass) => `${algorithm} ${pass}`),
  );
  const calls = callCounts();
  return new Map([
    ...whole.map((name): [string, number] => [name, calls.get(`${backend}/${name.replace(' ', '/')}`) ?? 0]),
    ...(familyOf(backend)?.parts() ?? []).map(({name, hits}): [string, number] => [name, hits]),
  ]);
}

/** True, or the reason why the algorithm cannot do this pass of this problem on this backend. */
export function supportsPass(backend: string, algorithm: string, info: Conv2DInfo, pass: Pass): true | string {
  const found = implementationsOf(backend).find((implementation) => implementation.algorithm === algorithm);
  return found ? found.supports(info, pass) : `${backend} does not run it`;
}

/** The chosen implementation, and why the algorithm that was asked for was not, if it was not. */
export interface Selection {
  implementation: Implementation;
  refusal?: string;
}

/**
 * The implementation that serves one pass: the algorithm that was asked for, else the first in order of preference that supports the problem.
 * @param builtin tfjs's own kernel; where no algorithm was asked for by name it stands first if it is faster, else last
 * @throws ConvgradError with every refusal when none does
 */
export function select(
  functionName: string,
  backend: string,
  info: Conv2DInfo,
  pass: Pass,
  wanted: string | 'auto',
  builtin?: Implementation & Pick<Builtin, 'isFaster'>,
): Selection {
  const candidates = candidatesOf(backend, info, wanted, builtin);
  const asked = candidates.find((implementation) => implementation.algorithm === wanted);
  const answer = asked?.supports(info, pass);
  if (asked && answer === true) return {implementation: asked};
  const refusal = wanted === 'auto' ? undefined : asked ? String(answer) : `${backend} does not run it`;
  const implementation = candidates.find((candidate) => candidate.supports(info, pass) === true);
  if (implementation) return refusal === undefined ? {implementation} : {implementation, refusal};
  const reasons = candidates.map((candidate) => `${candidate.algorithm}: ${candidate.supports(info, pass)}`);
  throw new ConvgradError(
    functionName,
    `no algorithm on backend '${backend}' computes this ${pass} (${reasons.join('; ') || 'it has none'}); ` +
      `use one of the backends ${servedBackends().join(', ')} or uninstall().`,
  );
}

/** What `select` chooses from, in order of preference. */
export function candidatesOf(
  backend: string,
  info: Conv2DInfo,
  wanted: string | 'auto',
  builtin?: Implementation & Pick<Builtin, 'isFaster'>,
): Implementation[] {
  const own = implementationsOf(backend);
  if (!builtin || (wanted !== 'auto' && wanted !== builtin.algorithm)) return [...own];
  return wanted === builtin.algorithm || builtin.isFaster(info) ? [builtin, ...own] : [...own, builtin];
}

function implementationsOf(backend: string): readonly Implementation[] {
  return familyOf(backend)?.implementations() ?? [];
}

function familyOf(backend: string): BackendFamily | undefined {
  return families.find((family) => family.backends.includes(backend));
}
