import {findAlgorithm} from '../algorithms/index.js';
import type {Pass} from '../geometry/pass.js';
import {type Problem, problemInfo} from '../geometry/problem.js';
import {algorithmsOf, supportsPass} from '../plugin/select.js';
import type {ImportedKernels} from './kernels.js';
import {isRefusedByTf} from './runPass.js';

/** One thing to verify: an algorithm on a backend, or kernels of a user's. */
export interface Target {
  backend: string;
  /** `imported` for kernels that were registered over convgrad's. */
  algorithm: string;
  kernels?: ImportedKernels;
  /** See `Algorithm.integerHeadroom`. */
  headroom: number;
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
      supports: (problem, pass) => supportsPass(backend, algorithm, problemInfo(problem), pass),
    }));
}

function importedTarget(backend: string, kernels: ImportedKernels): Target {
  return {
    backend,
    algorithm: importedName,
    kernels,
    headroom: 1,
    supports(problem, pass) {
      if (!kernels.has(pass)) return 'the imported module registers no kernel for it';
      if (isRefusedByTf(problem))
        return 'tf.conv2d refuses stride and dilation both above 1, and imported kernels are reached through it alone';
      const dilated = Math.max(problem.dilationHeight, problem.dilationWidth) > 1;
      return dilated && pass !== 'forward' ? 'gradients hand no dilation to kernels that are not convgrad’s' : true;
    },
  };
}
