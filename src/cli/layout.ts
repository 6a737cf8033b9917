import Table from 'cli-table3';
import type {createColors} from 'picocolors';

export type Colors = ReturnType<typeof createColors>;

const narrowest = 60;

/** The width of the terminal in columns: at least 60, and 80 where there is no terminal. COLUMNS comes first. */
export function terminalWidth(env: Readonly<Record<string, string | undefined>> = process.env): number {
  const columns = Number(env.COLUMNS) || process.stdout.columns || 80;
  return Math.max(narrowest, columns);
}

/** Breaks text between words, so that no line is longer than `width` unless a word is. Lines after the first begin with `indent`. */
export function wrap(text: string, width: number, indent = ''): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && longer.length > width) {
      lines.push(line);
      line = indent + word;
    } else line = longer;
  }
  return [...lines, line];
}

/** {@link wrap} for a line that is indented: what follows is indented by two more. */
export function wrapIndented(line: string, width: number): string[] {
  const indent = /^ */.exec(line)![0];
  return wrap(line.slice(indent.length), width - indent.length, '  ').map((part) => indent + part);
}

/** Cuts text that is longer than `width`. */
export function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}

/** A number with separators: 39,354. */
export function counted(count: number): string {
  return count.toLocaleString('en-US');
}

/** `1 problem`, `330 problems`. */
export function plural(count: number, noun: string): string {
  return `${counted(count)} ${noun}${count === 1 ? '' : 's'}`;
}

type Cell = string | number;

/** A table as rows of text. */
export interface TableLayout {
  head: readonly string[];
  rows: readonly (readonly Cell[])[];
  /** How many columns, from the first, hold words; the others hold numbers and are aligned to the right. */
  words: number;
  /** The columns that a narrow terminal goes without, the least important first. */
  optional?: readonly string[];
}

/** Draws a table within the width. It leaves out optional columns until it fits, and says so in a line below. */
export function drawTable(
  {head, rows, words, optional = []}: TableLayout,
  colors: Colors,
  width = terminalWidth(),
): string[] {
  const left: string[] = [];
  let shown = head.map((_, i) => i);
  while (widthOf(head, rows, shown) > width && left.length < optional.length) {
    left.push(optional[left.length]);
    shown = shown.filter((i) => !left.includes(head[i]));
  }
  const table = new Table({
    head: shown.map((i) => head[i]),
    chars: {mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': ''},
    style: colors.isColorSupported ? {head: ['bold'], border: ['gray']} : {head: [], border: []},
    colAligns: shown.map((i) => (i < words ? 'left' : 'right')),
  });
  for (const row of rows) table.push(shown.map((i) => row[i]));
  const missing = left.filter((name) => head.includes(name));
  const note = `left out for lack of width: ${missing.join(', ')}`;
  return [table.toString(), ...(missing.length > 0 ? wrap(note, width) : [])];
}

/** Matches the colour codes in a cell, which take no width. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes begin with an escape
const colorCodes = /\u001b\[\d+m/g;

function widthOf(head: readonly string[], rows: readonly (readonly Cell[])[], shown: readonly number[]): number {
  const lengths = shown.map((i) =>
    Math.max(...[head, ...rows].map((row) => String(row[i] ?? '').replace(colorCodes, '').length)),
  );
  return lengths.reduce((sum, length) => sum + length + 3, 1);
}
