import {install, uninstall} from '../../plugin/install.js';
import {defaultTf as tf} from '../../plugin/tfjs.js';
import {type GradientRow, gradientRows, outcomeOfGradient} from './gradientRows.js';
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

/** The rows about convolutions. */
export const rows: readonly Row[] = [...opRows, ...layerRows];

/** Everything that is tried. */
export const tried: readonly (Row | GradientRow)[] = [...rows, ...gradientRows];

/**
 * Does on the active backend what tfjs alone gets wrong somewhere: first with convgrad, then without. The last rows may leave the backend's
 * memory in disorder, so nothing else should run on it afterwards. convgrad is uninstalled in the end.
 * @param onOutcome called with how many rows are done
 */
export async function sideBySide(onOutcome?: (done: number) => void): Promise<Outcome[]> {
  const backend = tf.getBackend();
  const spoils = (row: Row | GradientRow) => Number('corrupts' in row && row.corrupts?.includes(backend));
  const ordered = [...tried].sort((a, b) => spoils(a) - spoils(b));
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

function outcome(row: Row | GradientRow, withConvgrad: boolean): Promise<string> {
  if ('op' in row) return outcomeOfGradient(row);
  return outcomeOf(row, (withConvgrad ? row.instead?.way : undefined) ?? row.way);
}
