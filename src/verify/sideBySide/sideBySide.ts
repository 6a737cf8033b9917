import {install, uninstall} from '../../plugin/install.js';
import {defaultTf as tf} from '../../plugin/tfjs.js';
import {layerRows} from './layerRows.js';
import {opRows} from './opRows.js';
import {outcomeOf, type Row} from './row.js';

/** One row on one backend, as it came out just now. */
export interface Outcome {
  what: string;
  backend: string;
  /** `right`, `wrong by …`, `wrong size` or `throws: …` */
  alone: string;
  convgrad: string;
  /** The function of convgrad's that does what tfjs's refuses before any kernel runs. */
  by?: string;
}

export const rows: readonly Row[] = [...opRows, ...layerRows];

/**
 * Does on the active backend what tfjs alone gets wrong somewhere: first with convgrad, then without. The last rows may leave the backend's
 * memory in disorder, so nothing else should run on it afterwards. convgrad is uninstalled in the end.
 * @param onOutcome called with how many rows are done
 */
export async function sideBySide(onOutcome?: (done: number) => void): Promise<Outcome[]> {
  const backend = tf.getBackend();
  const spoils = ({corrupts = []}: Row) => Number(corrupts.includes(backend));
  const ordered = [...rows].sort((a, b) => spoils(a) - spoils(b));
  install({tf});
  const ours: string[] = [];
  for (const row of ordered) ours.push(await outcomeOf(row, row.instead?.way ?? row.way));
  uninstall();
  const outcomes: Outcome[] = [];
  for (const [i, row] of ordered.entries()) {
    const {what, instead} = row;
    const alone = await outcomeOf(row, row.way);
    outcomes.push({what, backend, alone, convgrad: ours[i], ...(instead ? {by: instead.name} : {})});
    onOutcome?.(outcomes.length);
  }
  return outcomes;
}
