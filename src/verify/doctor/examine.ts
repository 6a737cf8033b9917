import {install, uninstall} from '../../plugin/install.js';
import {missingKernels, type UntrainableOp, type WrongGradient, wrongGradients} from '../../plugin/missingKernels.js';
import {defaultTf as tf} from '../../plugin/tfjs.js';
import {environmentOf} from '../report/environment.js';
import {activateBackend} from '../run/fixture.js';
import {compareWithTfjs, type Outcome} from './compareWithTfjs.js';

/** What `convgrad doctor` finds out about one backend. */
export interface Examination {
  backend: string;
  /** What the backend says of itself, such as the renderer. */
  about: Record<string, string | number | boolean>;
  /** The browser, where it runs in one. */
  browser?: string;
  outcomes: Outcome[];
  /** Ops that cannot be trained for want of a kernel, without convgrad and with it. */
  untrainable: {alone: UntrainableOp[]; convgrad: UntrainableOp[]};
  /** Gradients of other ops that tfjs is known to compute wrong here. */
  wrong: readonly WrongGradient[];
}

/**
 * Examines one backend of this process; see {@link compareWithTfjs} for the state in which it leaves it.
 * @throws ConvgradError when this process does not have it
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
    ...{untrainable, wrong: wrongGradients[backend] ?? [], outcomes: await compareWithTfjs(onOutcome)},
  };
}
