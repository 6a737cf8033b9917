import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import Table from 'cli-table3';
import {servedBackends, unservedBackends} from '../backends/index.js';
import {ConvgradError} from '../geometry/error.js';
import {doctorChecks} from '../verify/doctor/compareWithTfjs.js';
import {type Examination, examine} from '../verify/doctor/examine.js';
import {assertWritable, writeAtomically} from './atomicFile.js';
import {list, type RawFlags, single} from './flags.js';
import {userPath} from './invocation.js';
import {terminalWidth, wrapIndented} from './layout.js';
import {assertServed, locateBackend} from './locateBackend.js';
import {packageRoot} from './ownModules.js';
import {showProgress} from './progress.js';
import {quietTfjs} from './quietTfjs.js';
import {exitCodes, UnavailableError} from './usage.js';
import {examineInPage} from './verifyInPage.js';

/** The findings of the command; `--json` writes them. */
export interface DoctorReport {
  convgrad: string;
  tfjs: string;
  node: string;
  examinations: Examination[];
  /** Backends that could not be examined, and why. */
  absent: {backend: string; why: string}[];
}

/** Runs the command `doctor`. @returns the exit code */
export async function runDoctor(flags: RawFlags): Promise<number> {
  const [json, browserPath] = ['json', 'browser'].map((name) => single(name, flags[name]));
  const file = json === undefined ? undefined : userPath(json);
  if (file) assertWritable(file, '--json');
  const browser = browserPath === undefined ? undefined : userPath(browserPath);
  const named = flags.backend === undefined ? undefined : list(flags.backend);
  assertServed(named ?? []);
  const unknown = named?.find((name) => !servedBackends().includes(name));
  if (unknown !== undefined) {
    throw new ConvgradError(
      '--backend',
      `convgrad has no kernels for '${unknown}'; use ${servedBackends().join(', ')}.`,
    );
  }
  await quietTfjs();
  const {version} = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'));
  const report: DoctorReport = {
    ...{convgrad: version, tfjs: tf.version_core, node: process.version},
    ...{examinations: [], absent: []},
  };
  const progress = showProgress(process.stderr);
  for (const backend of named ?? servedBackends()) {
    const where = await locateBackend(backend, browser);
    if (where.place === 'nowhere') {
      if (named) throw new UnavailableError(`backend '${backend}' is not available: ${where.advice}`);
      report.absent.push({backend, why: where.advice});
      continue;
    }
    const tell = (done: number) => progress.update({backend, problem: 'tfjs alone', done, total: doctorChecks.length});
    tell(0);
    report.examinations.push(
      where.place === 'page' ? await examineInPage(backend, tell, browser) : await examine(backend, tell),
    );
  }
  progress.stop();
  if (file) writeAtomically(file, `${JSON.stringify(report, undefined, 1)}\n`);
  console.log(describeDoctorReport(report));
  const cured = report.examinations.every(({outcomes}) => outcomes.every(({convgrad}) => convgrad === 'right'));
  return cured ? exitCodes.good : exitCodes.mismatch;
}

/** The report as text for the terminal. */
export function describeDoctorReport({convgrad, tfjs, node, examinations, absent}: DoctorReport): string {
  return [
    `convgrad ${convgrad}, tfjs ${tfjs}, Node ${node}, ${process.platform} ${process.arch}`,
    ...examinations.map(({backend, about, browser}) => {
      const details = Object.entries(about).map(([key, value]) => `${key} ${value}`);
      return [`${backend}: ${browser ? 'in a browser' : 'here'}`, ...details].join(', ');
    }),
    ...absent.map(({backend, why}) => `${backend}: absent; ${why}`),
    ...unservedBackends.map((backend) => `${backend}: convgrad has no kernels for it yet.`),
    '',
    'Tested just now, on whole numbers, where every right result is exact:',
    table(examinations),
    ...examinations.flatMap(otherOps),
    ...notRepaired,
  ]
    .flatMap((line) => (line.includes('\n') ? [line] : wrapIndented(line, terminalWidth())))
    .join('\n');
}

/** The widest column of outcomes where the terminal is narrow. */
const most = 15;

/** One row for each check: how tfjs alone does on each backend, and convgrad on all. Long cells are broken to fit the terminal. */
function table(examinations: readonly Examination[]): string {
  const rows = doctorChecks.map(({what}) => {
    const outcomes = examinations.map(({outcomes}) => outcomes.find((outcome) => outcome.what === what));
    const alone = outcomes.map((outcome) => (outcome ? withoutMessage(outcome.alone) : '–'));
    const ill = outcomes.filter((outcome) => outcome && outcome.convgrad !== 'right');
    const by = outcomes.find((outcome) => outcome?.by)?.by;
    const convgrad = ill.length > 0 ? ill.map((it) => `${it?.backend}: ${it?.convgrad}`).join('; ') : 'right';
    return [what, ...alone, by ? `${convgrad}, by its ${by}` : convgrad];
  });
  const head = ['tfjs alone on', ...examinations.map(({backend}) => backend), 'with convgrad'];
  const longest = (i: number) => Math.max(...[head, ...rows].map((row) => row[i].length)) + 2;
  const lengths = head.map((_, i) => longest(i));
  const fits = lengths.reduce((sum, length) => sum + length + 1, 1) <= terminalWidth();
  const others = lengths.slice(1).map((length) => (fits ? length : Math.min(most, length)));
  const left = terminalWidth() - head.length - 1 - others.reduce((sum, width) => sum + width, 0);
  const lines = new Table({
    head,
    chars: {mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': ''},
    style: {head: [], border: []},
    colWidths: [Math.max(12, Math.min(left, longest(0))), ...others],
    wordWrap: true,
  });
  lines.push(...rows);
  return lines.toString();
}

/** Operations other than convolutions that a backend lacks or computes wrong; a network may need them too. */
function otherOps({backend, untrainable, wrong}: Examination): string[] {
  const names = (ops: readonly {op: string}[]) => ops.map(({op}) => op).join(', ') || 'none';
  const told = (repaired: boolean) =>
    wrong
      .filter((one) => one.repaired === repaired)
      .map(({op, when}) => `${op} (${when})`)
      .join('; ');
  return [
    untrainable.alone.length > 0 &&
      `Ops that cannot be trained on ${backend}, which lacks a kernel: ${names(untrainable.alone)}; with convgrad: ${names(untrainable.convgrad)}.`,
    told(true) && `Wrong gradients on ${backend} that convgrad repairs: ${told(true)}.`,
    told(false) && `Wrong gradients on ${backend} that convgrad does not repair: ${told(false)}.`,
  ].filter((line) => typeof line === 'string' && line !== '') as string[];
}

/** `throws` without the message, which the JSON report has. */
function withoutMessage(outcome: string): string {
  return outcome.split(':')[0];
}

/** The faults that no plugin can repair, and what to use instead. */
const notRepaired = [
  'Not repaired: tf.conv2d and tf.conv1d refuse stride and dilation together before any kernel runs; use convgrad’s conv2d, or a layer.',
  'Not repaired: tf.conv2dTranspose takes neither dilation nor NCHW, and tf.separableConv2d takes no NCHW; use their layers.',
  'Not repaired: second derivatives of tanh, sigmoid and exp are wrong inside products (tfjs issue 3252); checkGradients finds them.',
  'Missing from tfjs: groups, and convolutions of int32.',
];
