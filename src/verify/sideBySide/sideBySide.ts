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
export function sideBySide(onOutcome?: (done: number) => void): Outcome[] {
  const backend = tf.getBackend();
  const spoils = ({corrupts = []}: Row) => Number(corrupts.includes(backend));
  const ordered = [...rows].sort((a, b) => spoils(a) - spoils(b));
  install({tf});
  const ours = new Map(ordered.map((row) => [row, outcomeOf(row, row.instead?.way ?? row.way)]));
  uninstall();
  return ordered.map((row, i) => {
    const {what, instead} = row;
    const alone = outcomeOf(row, row.way);
    const outcome = {what, backend, alone, convgrad: ours.get(row) as string, ...(instead ? {by: instead.name} : {})};
    onOutcome?.(i + 1);
    return outcome;
  });
}
