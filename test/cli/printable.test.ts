import pico from 'picocolors';
import {printable, printableData} from '../../src/cli/printable.js';
import {textOf} from '../../src/cli/usage.js';
import {describeReport} from '../../src/cli/verifyTable.js';
import {ConvgradError} from '../../src/geometry/error.js';
import {resolveOptions} from '../../src/verify/options/resolveOptions.js';
import {makeReport} from '../../src/verify/report/report.js';
import type {VerifyResult} from '../../src/verify/report/result.js';
import {Tally} from '../../src/verify/report/tally.js';
import {quote} from '../../src/verify/reproduce/replay.js';

const evil = '\u001b]0;owned\u0007\u009b2J\r\u202egood';
const shown = '\\x1b]0;owned\\x07\\x9b2J\\x0d\\u202egood';

const characters = ['\u001b', '\u0007', '\u009b', '\r', '\u202e'];

test('escapes control characters and keeps lines, tabs and letters', () => {
  expect(printable(evil)).toBe(shown);
  expect(printable('a\n\tä × 2²·😀')).toBe('a\n\tä × 2²·😀');
  expect(printableData({a: [evil, 1, null], b: undefined})).toEqual({a: [shown, 1, null], b: undefined});
});

test('error messages are printed with control characters escaped', () => {
  expect(textOf(new ConvgradError('convgrad', evil))).toBe(`convgrad: ${shown}`);
  const text = textOf(new TypeError(evil));
  for (const character of characters) expect(text).not.toContain(character);
});

test('the table escapes control characters in the names and reasons of user code', () => {
  const failed: VerifyResult = {
    ...{
      problem: evil,
      name: evil,
      backend: 'cpu',
      algorithm: 'a',
      pass: 'forward',
      oracle: 'reference',
      fill: 'reals',
      provenance: 'uploaded',
    },
    ...{status: 'failed', reason: evil, replay: evil},
    diagnosis: {text: evil, smallest: {problem: evil, replay: evil}, groups: []},
  };
  const skipped: VerifyResult = {...failed, status: 'skipped'};
  const report = makeReport(
    resolveOptions({}, ['cpu']),
    {tfjs: 'x', backends: {}},
    Tally.of([failed, skipped]),
    1,
    false,
    {imported: [{title: evil, calls: 0, asked: true}], late: [evil]},
  );
  const text = describeReport(report, {colors: pico.createColors(false), details: true});
  for (const character of characters) expect(text).not.toContain(character);
  expect(text.split(shown).length).toBeGreaterThan(6);
});

test('a replay line quotes control characters for a shell', () => {
  expect(quote("a\u001b'b.ts")).toBe("$'a\\x1b\\'b.ts'");
});
