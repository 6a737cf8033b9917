import {type BackendExplanation, type Explanation, explain, type PassExplanation} from '../plugin/explain.js';
import {assertWritable, writeAtomically} from './atomicFile.js';
import {list, type RawFlags, single} from './flags.js';
import {groupBy} from './groupBy.js';
import {userPath} from './invocation.js';
import {terminalWidth, wrapIndented} from './layout.js';
import {assertServed} from './locateBackend.js';
import {exitCodes} from './usage.js';

/** Runs the command `explain`. @returns the exit code */
export function runExplain(problem: string, flags: RawFlags): number {
  const [json, algorithm, accuracy] = ['json', 'algorithm', 'accuracy'].map((name) => single(name, flags[name]));
  const file = json === undefined ? undefined : userPath(json);
  if (file) assertWritable(file, '--json');
  const backends = flags.backend === undefined ? undefined : list(flags.backend);
  assertServed(backends ?? []);
  const options = {
    ...(backends ? {backends} : {}),
    ...(algorithm === undefined ? {} : {algorithm}),
    ...(accuracy === undefined ? {} : {accuracy: accuracy as 'standard' | 'fast'}),
  };
  const explanation = explain(problem, options);
  if (file) writeAtomically(file, `${JSON.stringify(explanation, undefined, 1)}\n`);
  console.log(describeExplanation(explanation));
  return exitCodes.good;
}

/** The explanation as text for the terminal. */
export function describeExplanation({problem, geometry, shapes, backends}: Explanation): string {
  const {x, filter, y} = shapes;
  const {padTop, padBottom, padLeft, padRight, dataFormat} = geometry;
  const transposed =
    dataFormat === 'NCHW' ? ['NCHW: each pass transposes x, y and their gradients before and after'] : [];
  return [
    problem,
    `x [${x.join(', ')}], filter [${filter.join(', ')}] → y [${y.join(', ')}]`,
    `pads: top ${padTop}, bottom ${padBottom}, left ${padLeft}, right ${padRight}`,
    ...transposed,
    ...backends.flatMap(describeBackend),
  ]
    .flatMap((line) => wrapIndented(line, terminalWidth()))
    .join('\n');
}

function describeBackend({backend, engine, rates, passes}: BackendExplanation): string[] {
  return [
    '',
    [
      backend,
      ...(engine === undefined ? [] : [`engine '${engine}'`]),
      ...(rates === undefined ? [] : [`times predicted with rates ${rates}`]),
    ].join(', '),
    ...passes.flatMap(describePass),
  ];
}

function describePass(explained: PassExplanation): string[] {
  const {pass, algorithm, why, predictedMilliseconds, epilogue, others, cost, alone} = explained;
  const after =
    epilogue && `bias and activation: ${epilogue.fused ? 'in the same kernel' : `in other kernels; ${epilogue.why}`}`;
  const notChosen = groupBy(others, (other) => other.why).map(
    (group) => `not ${group.map(withTime).join(', ')}: ${group[0].why}`,
  );
  const {flops, bytes, workspaceBytes, intensity, tensorsOnly} = cost;
  const costs = [
    `${scaled(flops)}FLOP`,
    tensorsOnly ? `${scaled(bytes)}B of tensors` : `at least ${scaled(bytes)}B moved`,
    `${scaled(intensity)}FLOP/B`,
    ...(tensorsOnly ? [] : [`workspace ${scaled(workspaceBytes)}B`]),
  ];
  return [
    `  ${pass}: ${algorithm === undefined ? 'nothing runs' : withTime({algorithm, predictedMilliseconds})}, ${why}`,
    ...[costs.join(', '), ...(after ? [after] : []), ...notChosen, `tfjs alone: ${alone}`].map((line) => `    ${line}`),
  ];
}

function withTime({algorithm, predictedMilliseconds}: Omit<PassExplanation['others'][number], 'why'>): string {
  return predictedMilliseconds === undefined
    ? algorithm
    : `${algorithm} (${Number(predictedMilliseconds.toPrecision(2))} ms predicted)`;
}

/** Formats with three significant digits and an SI prefix. */
function scaled(value: number): string {
  const prefixes = ['', 'k', 'M', 'G', 'T'];
  const step = Math.min(prefixes.length - 1, Math.floor(Math.log10(Math.max(1, value)) / 3));
  return `${Number((value / 1000 ** step).toPrecision(3))} ${prefixes[step]}`;
}
