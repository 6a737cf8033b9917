import type {Algorithm, Bound} from '../../algorithms/algorithm.js';
import type {Pass} from '../../geometry/pass.js';
import {type Problem, problemInfo} from '../../geometry/problem.js';
import {isFused} from '../reference/fusedReference.js';
import type {Inputs} from '../reference/reference.js';
import {callSubject} from '../subject/callSubject.js';
import {subjectName, type VerifySubject} from '../subject/verifySubject.js';
import type {PassResult} from './runPass.js';
import type {SurroundingCalls} from './surroundingCalls.js';

/** One thing to verify: an algorithm on a backend, a user's registrations, or a user's plain functions. */
export interface Target {
  backend: string;
  /** `imported` or `imported-gradient` for what was registered over convgrad's. */
  algorithm: string;
  /** How to run what a module registered. */
  imported?: {
    /**
     * Runs fn, which must be synchronous, with the registrations in place that the pass needs. With surrounding calls, everything that was imported for
     * such problems is in place.
     * @throws Error when the imported kernel or gradient did not run
     */
    run<T>(problem: Problem, pass: Pass, fn: () => T, around?: {surrounding?: SurroundingCalls | undefined}): T;
    /** Does the same for second derivatives; absent where those cannot be judged. */
    secondOrder?<T>(problem: Problem, fn: () => T): T;
    /** Does the same for the gradients by bias and slopes; absent where those cannot be judged. */
    epilogueGradients?<T>(problem: Problem, fn: () => T): T;
    /** Whether an error only refuses the problem, as tfjs's own function does, and so is no fault. */
    isRefusal?(error: unknown, problem: Problem): boolean;
  };
  /** Computes a pass by itself, without tfjs's kernels. */
  compute?(problem: Problem, inputs: Inputs, pass: Pass): Promise<PassResult>;
  /** See `Algorithm.integerHeadroom`. */
  headroom: number;
  /** See `Algorithm.footprint`; absent where none is declared. */
  footprint?: Algorithm['footprint'] | undefined;
  /** See `Algorithm.tile`. */
  tile?(problem: Problem, pass: Pass): readonly [height: number, width: number] | undefined;
  /** See `Algorithm.errorBound`. */
  errorBound?(problem: Problem, inputs: Inputs, pass: Pass): Bound | undefined;
  /** True, or the reason why an oracle's question does not concern the target. If absent, every question does. */
  judgedBy?(oracle: string, problem: Problem): true | string;
  /** Called before each run of a pass. */
  onRun?(problem: Problem, pass: Pass): void;
  /** True, or the reason why the target does not do this pass of this problem. */
  supports(problem: Problem, pass: Pass): true | string;
}

/** A user's functions as a target. tfjs's kernels take no part, whichever backend is active. */
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
      if (!kinds.includes(problem.kind ?? 'dense')) return `the subject takes only ${kinds.join(' and ')} convolutions`;
      if (!dataFormats.includes(problem.dataFormat)) return `the subject takes only ${dataFormats.join(' and ')}`;
      try {
        return subject.supports?.(problemInfo(problem), pass) ?? true;
      } catch (error) {
        return `the subject's supports() threw: ${error instanceof Error ? error.message : error}`;
      }
    },
  };
}
