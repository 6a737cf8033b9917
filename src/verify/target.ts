import type {Algorithm, Bound} from '../algorithms/algorithm.js';
import {findAlgorithm} from '../algorithms/index.js';
import {type Pass, passTensors} from '../geometry/pass.js';
import {type Problem, problemInfo} from '../geometry/problem.js';
import {algorithmsOf, footprintOf, supportsPass} from '../plugin/select.js';
import {defaultTf as tf} from '../plugin/tfjs.js';
import {callSubject} from './callSubject.js';
import {isFused} from './fusedReference.js';
import {type ImportedKernels, kernelOf} from './kernels.js';
import type {Inputs} from './reference.js';
import {isRefusedByTf, type PassRun} from './runPass.js';
import {subjectName, type VerifySubject} from './verifySubject.js';

/** One thing to verify: an algorithm on a backend, kernels of a user's, or plain functions. */
export interface Target {
  backend: string;
  /** `imported` for kernels that were registered over convgrad's. */
  algorithm: string;
  kernels?: ImportedKernels;
  /** Computes a pass by itself, without tfjs's kernels. */
  compute?(problem: Problem, inputs: Inputs, pass: Pass): Promise<PassRun>;
  /** See `Algorithm.integerHeadroom`. */
  headroom: number;
  /** See `Algorithm.footprint`; absent where nobody declared one. */
  footprint?: Algorithm['footprint'] | undefined;
  /** See `Algorithm.tile`. */
  tile?(problem: Problem, pass: Pass): readonly [height: number, width: number] | undefined;
  /** See `Algorithm.errorBound`. */
  errorBound?(problem: Problem, inputs: Inputs, pass: Pass): Bound | undefined;
  /** True, or the reason why this pass of this problem is not its business. */
  supports(problem: Problem, pass: Pass): true | string;
}

/** The name under which a user's kernels appear. */
export const importedName = 'imported';

/**
 * What there is to verify on a backend. Imported kernels stand before everything else: who brings their own wants to see those judged.
 * @param only names to keep; all when empty
 */
export function targetsOf(
  backend: string,
  imported: ReadonlyMap<string, ImportedKernels>,
  only: readonly string[],
): Target[] {
  const kernels = imported.get(backend);
  if (imported.size > 0 && (only.length === 0 || only.includes(importedName)))
    return kernels ? [importedTarget(backend, kernels)] : [];
  return algorithmsOf(backend)
    .filter((algorithm) => only.length === 0 || only.includes(algorithm))
    .map((algorithm) => ({
      backend,
      algorithm,
      headroom: findAlgorithm(algorithm)?.integerHeadroom ?? 1,
      footprint: footprintOf(backend, algorithm) ?? findAlgorithm(algorithm)?.footprint,
      tile: (problem, pass) => findAlgorithm(algorithm)?.tile?.(problemInfo(problem), pass),
      errorBound: (problem, inputs, pass) => ownBound(algorithm, problem, inputs, pass),
      supports: (problem, pass) =>
        supportsOnTape(backend, problem, pass, (one) => supportsPass(backend, algorithm, problemInfo(problem), one)),
    }));
}

/** Whether a pass can be asked for: the gradient of a fused convolution also needs what stands before it on the tape, and what tfjs derives the activation by. */
function supportsOnTape(
  backend: string,
  problem: Problem,
  pass: Pass,
  supports: (pass: Pass) => true | string,
): true | string {
  const activation = pass === 'forward' ? 'linear' : (problem.epilogue?.activation ?? 'linear');
  if (activation === 'linear') return supports(pass);
  if (activation === 'elu' && !tf.getKernel('EluGrad', backend)) return `tfjs has no EluGrad on ${backend}`;
  // Whoever stood in for it would round in a way of its own.
  if (supports('forward') !== true)
    return `an activation's gradient takes the forward pass too, which it does not do here`;
  return supports(pass);
}

/** The bound that an algorithm brings. The terms of an empty batch are none. */
function ownBound(algorithm: string, problem: Problem, inputs: Inputs, pass: Pass): Bound | undefined {
  if (problem.batch === 0) return undefined;
  const [a, b] = passTensors[pass].inputs.map((name) => inputs[name as keyof Inputs]);
  return findAlgorithm(algorithm)?.errorBound?.(problemInfo(problem), pass, a, b);
}

function importedTarget(backend: string, kernels: ImportedKernels): Target {
  return {
    backend,
    algorithm: importedName,
    kernels,
    headroom: 1,
    supports(problem, pass) {
      if (!kernels.has(kernelOf(problem, pass))) return 'the imported module registers no kernel for it';
      if (isRefusedByTf(problem))
        return 'tf.conv2d refuses stride and dilation both above 1, and imported kernels are reached through it alone';
      const dilated = Math.max(problem.dilationHeight, problem.dilationWidth) > 1;
      return dilated && pass !== 'forward' ? 'gradients hand no dilation to kernels that are not convgrad’s' : true;
    },
  };
}

/** A user's functions. tfjs's kernels have no part in them, whatever the active backend is. */
export function subjectTarget(backend: string, subject: VerifySubject, timeoutMs: number): Target {
  const {dataFormats = ['NHWC'], kinds = ['dense'], integerHeadroom = 1, footprint = 'padded'} = subject;
  return {
    backend,
    algorithm: subjectName(subject),
    headroom: integerHeadroom,
    footprint,
    compute: (problem, inputs, pass) => callSubject(subject, problem, inputs, pass, timeoutMs),
    supports(problem, pass) {
      if (!subject[pass]) return `the subject has no ${pass}`;
      if (isFused(problem)) return 'the subject is a convolution without an epilogue';
      if (!kinds.includes(problem.kind ?? 'dense')) return `the subject takes ${kinds.join(' and ')} convolutions only`;
      if (!dataFormats.includes(problem.dataFormat)) return `the subject takes ${dataFormats.join(' and ')} only`;
      try {
        return subject.supports?.(problemInfo(problem), pass) ?? true;
      } catch (error) {
        return `the subject's supports() threw: ${error instanceof Error ? error.message : error}`;
      }
    },
  };
}
