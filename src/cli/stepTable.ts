import type {StepResult} from '../bench/steps/stepResult.js';
import {digits, footnotes, newTable, times} from './benchCells.js';
import type {Colors} from './verifyTable.js';

/** One row for each network on a backend, and what its marks mean. */
export function stepTable(steps: readonly StepResult[], colors: Colors): string[] {
  const {note, lines: notes} = footnotes();
  const head = ['training step', 'batch', 'ms', 'built-in ms', 'faster', 'convolutions', 'handed on'];
  const lines = newTable(head, 1, colors);
  for (const {network, batch, milliseconds, ratio, scaled, calls, reason} of steps) {
    const {ours, builtin} = milliseconds;
    const other = builtin === undefined ? [note(reason), ''] : [`${scaled ? '~' : ''}${digits(builtin)}`, times(ratio)];
    lines.push([network, batch, digits(ours), ...other, calls.ours + calls.handedOn, calls.handedOn]);
  }
  const scaled = steps.flatMap(({network, scaled, oneStep}) =>
    scaled
      ? [`~ ${network} by tfjs alone: ${oneStep ? 'one step' : 'steps'} with a batch of ${scaled.batch}, scaled`]
      : [],
  );
  const handedOn = steps.some(({calls}) => calls.handedOn > 0)
    ? ['handed on: convolutions of the step that convgrad leaves to the built-in; --algorithm NAME leaves it none']
    : [];
  return [lines.toString(), ...scaled, ...handedOn, ...notes()];
}
