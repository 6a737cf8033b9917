import Table from 'cli-table3';
import type {Colors} from './verifyTable.js';

/** Collects reasons to list below a table, each once. */
export function footnotes(): {note(reason: string | undefined): string; lines(): string[]} {
  const reasons: string[] = [];
  return {
    note(reason) {
      if (reason === undefined) return '–';
      if (!reasons.includes(reason)) reasons.push(reason);
      return `– [${reasons.indexOf(reason) + 1}]`;
    },
    lines: () => reasons.map((reason, i) => `[${i + 1}] ${reason}`),
  };
}

export function newTable(head: string[], left: number, colors: Colors): Table.Table {
  return new Table({
    head,
    chars: {mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': ''},
    style: colors.isColorSupported ? {head: ['bold'], border: ['gray']} : {head: [], border: []},
    colAligns: head.map((_, i) => (i < left ? 'left' : 'right')),
  });
}

/** Rounds to about three significant digits. */
export function digits(value: number | undefined): string {
  if (value === undefined) return '–';
  return value >= 100 ? value.toFixed(0) : value.toPrecision(value >= 1 ? 3 : 2);
}

export function percent(part: number | undefined): string {
  return part === undefined ? '–' : `${(100 * part).toFixed(0)}%`;
}

export function times(ratio: number | undefined): string {
  return ratio === undefined ? '–' : `${digits(ratio)}×`;
}
