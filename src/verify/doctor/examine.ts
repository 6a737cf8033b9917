import * as tf from '@tensorflow/tfjs-core';
import type {WrongGradient} from '../../backends/backend.js';
import {install, uninstall} from '../../plugin/install.js';
import {missingKernels, type UntrainableOp, wrongGradients} from '../../plugin/missingKernels.js';
import {environmentOf} from '../report/environment.js';
import {activateBackend} from '../run/fixture.js';
import {compareWithTfjs, type Outcome} from './compareWithTfjs.js';

/** The findings of `convgrad doctor` about one backend. */
export interface Examination {
  backend: string;
  /** What the backend says about itself, such as the renderer. */
  about: Record<string, string | number | boolean>;
  /** The browser, if the backend runs in one. */
  browser?: string;
  outcomes: Outcome[];
  /** Ops that cannot be trained because a kernel is missing, without convgrad and with it. */
  untrainable: {alone: UntrainableOp[]; convgrad: UntrainableOp[]};
  /** Gradients of other ops that tfjs is known to compute wrong on this backend. */
  wrong: readonly WrongGradient[];
}

/**
 * Examines one backend of this process. {@link compareWithTfjs} says in which state it leaves the backend.
 * @throws ConvgradError when this process does not have the backend
 */
export async function examine(backend: string, onOutcome?: (done: number) => void): Promise<Examination> {
  await activateBackend(backend);
  const {browser, backends} = environmentOf([backend]);
  uninstall();
  const alone = missingKernels(tf, backend);
  install({tf});
  const untrainable = {alone, convgrad: missingKernels(tf, backend)};
  return {
    ...{backend, about: backends[backend], ...(browser ? {browser} : {})},
    ...{untrainable, wrong: wrongGradients(backend), outcomes: await compareWithTfjs(onOutcome)},
  };
}
