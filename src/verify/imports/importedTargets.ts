import {activations} from '../../geometry/activations.js';
import {type Pass, passes} from '../../geometry/pass.js';
import type {Problem} from '../../geometry/problem.js';
import {ForeignKernelError} from '../../plugin/gradients.js';
import {builtinKernelNames} from '../../plugin/kernels.js';
import {backendOf, kernelKey} from '../../plugin/tfjsRegistries.js';
import {isFused} from '../reference/fusedReference.js';
import {isRefusedFused} from '../run/convolveFused.js';
import {kernelOf} from '../run/kernels.js';
import {isRefusedByTf} from '../run/runPass.js';
import {watchAttributes} from '../run/sideEffects.js';
import {timesIn} from '../run/surroundingCalls.js';
import type {Target} from '../run/target.js';
import {type CallCounts, ImportedError} from './countCalls.js';
import {type Imported, importedGradientName, importedName} from './imported.js';
import {gradientTitle, kernelTitle, type Registrations, withRegistered} from './registrations.js';

/** The targets for a user's registrations on one backend. */
export function importedTargets(backend: string, {registrations, calls}: Imported): Target[] {
  const kernels = registrations.kernels.filter(({key}) => backendOf(key) === backend);
  const {gradients} = registrations;
  return [
    ...(kernels.length > 0 ? [kernelTarget(backend, {kernels, gradients: []}, calls)] : []),
    ...(gradients.length > 0 ? [gradientTarget(backend, {kernels, gradients}, calls)] : []),
  ];
}

/** A user's kernels as a target. The kernels of one pass at a time are in place; all others, and the gradients, are convgrad's. */
function kernelTarget(backend: string, {kernels}: Registrations, calls: CallCounts): Target {
  const find = (names: readonly string[]) =>
    kernels.filter(({key}) => names.some((name) => key === kernelKey(name, backend)));
  return {
    backend,
    algorithm: importedName,
    headroom: 1,
    imported: {
      run(problem, pass, fn, {surrounding} = {}) {
        const names = kernelsOf(problem, pass);
        // Kernels of one module may keep something for one another, so with surrounding calls those of all passes are in place.
        const placed = find(surrounding ? [...names, ...passes.map((other) => kernelOf(problem, other))] : names);
        const own = find([kernelOf(problem, pass)]);
        const judged = own.length > 0 ? own : find(names);
        const titles = judged.map(({key}) => kernelTitle(key));
        const {value, runs} = counted(() => withRegistered({kernels: placed, gradients: []}, fn), titles, calls);
        const times = surrounding ? timesIn(surrounding) : 1;
        // Where tfjs's own gradient of a fused convolution has no right answer, it may already have run the kernel once.
        const mayRepeat = own.length === 0 || (isFused(problem) && pass !== 'forward');
        if (titles.length > 0 && (mayRepeat ? runs === 0 : runs !== times))
          throw new Error(
            `the imported ${titles.join(' and ')} should have run ${times === 1 ? 'once' : `${times}×`}; it ran ${runs}×`,
          );
        return value;
      },
      // Second derivatives run all three passes, so all kernels of the module are in place.
      secondOrder(problem, fn) {
        const placed = find(passes.map((pass) => kernelOf(problem, pass)));
        const titles = placed.map(({key}) => kernelTitle(key));
        const {value, runs} = counted(() => withRegistered({kernels: placed, gradients: []}, fn), titles, calls);
        if (runs === 0) throw new Error(`the imported ${titles.join(' and ')} did not run in second derivatives`);
        return value;
      },
    },
    supports(problem, pass) {
      if (find(kernelsOf(problem, pass)).length === 0) return 'the imported module registers no kernel for it';
      if (isOutOfReach(problem, pass)) return refusedByTf;
      return isDilated(problem) && pass !== 'forward'
        ? 'gradients pass no dilation to kernels other than convgrad’s'
        : true;
    },
  };
}

/** A user's gradients as a target, together with the kernels that came with them. A user's program trains with both. */
function gradientTarget(backend: string, registrations: Registrations, calls: CallCounts): Target {
  const has = (kernelName: string) => registrations.gradients.some(({key}) => key === kernelName);
  const during = <T>(fn: () => T, names: readonly string[]): T => {
    const titles = names.filter(has).map(gradientTitle);
    const {value, runs} = counted(() => withRegistered(registrations, fn), titles, calls);
    if (titles.length > 0 && runs === 0) throw new Error(`${titles.join(' and ')}, as imported, did not run`);
    return value;
  };
  return {
    backend,
    algorithm: importedGradientName,
    headroom: 1,
    imported: {
      run: (problem, pass, fn) => during(fn, pass === 'forward' ? [] : gradientsOf(problem)),
      epilogueGradients: (problem, fn) => during(fn, gradientsOf(problem).slice(1)),
      secondOrder({kind = 'dense'}, fn) {
        const names = Object.values(builtinKernelNames[kind]).filter(has);
        return during(() => explainingDetached(fn, names), names);
      },
      isRefusal: (error, problem) =>
        (error instanceof ImportedError && isDilated(problem)) ||
        // convgrad's gradients of the backward kernels throw this when they meet imported kernels.
        error instanceof ForeignKernelError ||
        lacksGradient(error),
    },
    judgedBy(oracle, problem) {
      if (oracle === 'secondOrder' || gradientsOf(problem).some(has)) return true;
      return 'the imported gradient takes part only in second derivatives';
    },
    supports(problem, pass) {
      if (pass === 'forward') return 'no imported gradient takes part in it';
      if (isOutOfReach(problem, pass)) return refusedByTf;
      const names = isFused(problem) ? gradientsOf(problem) : [...gradientsOf(problem), kernelOf(problem, pass)];
      return names.some(has) || `the imported module registers no gradient of ${names.join(' or ')}`;
    },
  };
}

/** Runs fn, and counts the calls of the registrations with these titles. @throws what fn throws, with the kernel that changed its attributes before */
function counted<T>(fn: () => T, titles: readonly string[], calls: CallCounts): {value: T; runs: number} {
  const count = () => titles.reduce((sum, title) => sum + (calls.get(title) ?? 0), 0);
  const before = count();
  const {value} = watchAttributes(fn);
  return {value, runs: count() - before};
}

/** The kernels that a tape runs after a convolution whose activation tfjs does not fuse there. */
function afterConvolution({epilogue}: Problem): string[] {
  const kernels: string[] = [];
  const note = (kernelName: string) => void kernels.push(kernelName);
  if (epilogue) activations[epilogue.activation].byKernels(note, undefined, {alpha: 0});
  return epilogue?.bias === undefined || kernels.length === 0 ? kernels : ['Add', ...kernels];
}

/** The kernels that contribute to the result of a pass. The pass's own kernel comes first. */
function kernelsOf(problem: Problem, pass: Pass): string[] {
  const own = kernelOf(problem, pass);
  if (pass === 'forward') return [own];
  const {gradientKernel} = activations[problem.epilogue?.activation ?? 'linear'];
  return [own, ...afterConvolution(problem), ...(gradientKernel === undefined ? [] : [gradientKernel])];
}

/**
 * The gradients that a tape takes of a convolution. The convolution's own comes first. There are none where tfjs fuses, because a closure
 * of its own computes the gradient.
 */
function gradientsOf(problem: Problem): string[] {
  const {kind = 'dense'} = problem;
  const after = afterConvolution(problem);
  return isFused(problem) && after.length === 0 ? [] : [builtinKernelNames[kind].forward, ...after];
}

/** Whether verify cannot call tfjs's function for the problem. What is imported is reached through that function alone. */
function isOutOfReach(problem: Problem, pass: Pass): boolean {
  if (!isFused(problem)) return isRefusedByTf(problem);
  return pass !== 'forward' && isRefusedFused(problem, true);
}

const refusedByTf = 'tfjs’s function refuses the problem, and there is no other way to the imported kernel';

function isDilated({dilationHeight, dilationWidth}: Problem): boolean {
  return Math.max(dilationHeight, dilationWidth) > 1;
}

/** Runs fn. If second derivatives do not exist, it says so in place of tfjs's error. */
function explainingDetached<T>(fn: () => T, names: readonly string[]): T {
  try {
    return fn();
  } catch (error) {
    if (!/^Cannot compute gradient of y=f\(x\)/.test((error as Error)?.message)) throw error;
    const titles = names.map(gradientTitle).join(' and ');
    throw new Error(
      `${titles}, as imported, has no second derivatives: it returns a tensor that is detached from tfjs's tape`,
    );
  }
}

/** Whether tfjs refuses second derivatives because a kernel has no gradient. */
function lacksGradient(error: unknown): boolean {
  return /gradient function not found for/.test((error as Error)?.message);
}
