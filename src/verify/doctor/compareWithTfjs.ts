import * as tf from '@tensorflow/tfjs-core';
import {install, uninstall} from '../../plugin/install.js';
import {type DoctorCheck, outcomeOf} from './check.js';
import {type GradientCheck, gradientChecks, outcomeOfGradient} from './gradientChecks.js';
import {layerChecks} from './layerChecks.js';
import {opChecks} from './opChecks.js';

/** The outcome of one check on one backend. */
export interface Outcome {
  what: string;
  backend: string;
  /** `right`, `wrong by …`, `wrong size` or `throws: …` */
  alone: string;
  convgrad: string;
  /** The function of convgrad that does what tfjs refuses before any kernel runs. */
  by?: string;
}

/** The checks about convolutions. */
export const convolutionChecks: readonly DoctorCheck[] = [...opChecks, ...layerChecks];

/** All checks. */
export const doctorChecks: readonly (DoctorCheck | GradientCheck)[] = [...convolutionChecks, ...gradientChecks];

/**
 * Runs every check on the active backend, first with convgrad, then without. The last checks may corrupt the backend's memory, so nothing
 * else should run on it afterwards. convgrad is uninstalled in the end.
 * @param onOutcome gets the number of finished checks
 */
export async function compareWithTfjs(onOutcome?: (done: number) => void): Promise<Outcome[]> {
  const backend = tf.getBackend();
  const spoils = (row: DoctorCheck | GradientCheck) => Number('corrupts' in row && row.corrupts === true);
  const ordered = [...doctorChecks].sort((a, b) => spoils(a) - spoils(b));
  install({tf});
  const ours: string[] = [];
  for (const row of ordered) ours.push(await outcome(row, true));
  uninstall();
  const outcomes: Outcome[] = [];
  for (const [i, row] of ordered.entries()) {
    const alone = await outcome(row, false);
    const by = 'instead' in row ? row.instead?.name : undefined;
    outcomes.push({what: row.what, backend, alone, convgrad: ours[i], ...(by ? {by} : {})});
    onOutcome?.(outcomes.length);
  }
  return outcomes;
}

function outcome(row: DoctorCheck | GradientCheck, withConvgrad: boolean): Promise<string> {
  if ('op' in row) return outcomeOfGradient(row);
  return outcomeOf(row, (withConvgrad ? row.instead?.compute : undefined) ?? row.compute);
}
