import {type Colors, drawTable} from './layout.js';

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

/**
 * A table that is drawn within the width of the terminal.
 * @param left how many columns hold words
 * @param optional the columns that a narrow terminal goes without, the least important first
 */
export function newTable(
  head: string[],
  left: number,
  colors: Colors,
  optional: readonly string[] = [],
): {push(row: (string | number)[]): void; toString(): string} {
  const rows: (string | number)[][] = [];
  return {
    push: (row) => void rows.push(row),
    toString: () => drawTable({head, rows, words: left, optional}, colors).join('\n'),
  };
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
