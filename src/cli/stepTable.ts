import type {StepResult} from '../bench/steps/stepResult.js';
import {digits, footnotes, newTable, times} from './benchCells.js';
import type {Colors} from './layout.js';

/** A table with one row for each network on a backend, followed by the meaning of its marks. */
export function stepTable(steps: readonly StepResult[], colors: Colors): string[] {
  const {note, lines: notes} = footnotes();
  const head = ['training step', 'batch', 'ms', 'built-in ms', 'speedup', 'convolutions', 'delegated'];
  const lines = newTable(head, 1, colors, ['delegated', 'convolutions', 'batch']);
  for (const {network, batch, milliseconds, ratio, scaled, calls, reason} of steps) {
    const {ours, builtin} = milliseconds;
    const other = builtin === undefined ? [note(reason), ''] : [`${scaled ? '~' : ''}${digits(builtin)}`, times(ratio)];
    lines.push([network, batch, digits(ours), ...other, calls.ours + calls.delegated, calls.delegated]);
  }
  const scaled = steps.flatMap(({network, scaled, oneStep}) =>
    scaled
      ? [`~ ${network} by tfjs alone: ${oneStep ? 'one step' : 'steps'} with a batch of ${scaled.batch}, scaled`]
      : [],
  );
  const delegated = steps.some(({calls}) => calls.delegated > 0)
    ? ['delegated: convolutions that convgrad leaves to the built-in; with --algorithm NAME it leaves none']
    : [];
  return [lines.toString(), ...scaled, ...delegated, ...notes()];
}
