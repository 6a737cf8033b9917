import {findAlgorithm} from '../algorithms/index.js';
import {setWeightsCaching} from '../engine/index.js';
import {flopsOf, type Pass} from '../geometry/pass.js';
import {formatProblem, type Problem, problemInfo} from '../geometry/problem.js';
import {engineOf, select, supportsPass} from '../plugin/select.js';
import {drawInputs} from '../verify/data/fill.js';
import {environmentOf} from '../verify/report/environment.js';
import {alternativesOf, asAlternatives, builtinAlternativeOf, namedCall} from './alternatives.js';
import {benchEach} from './benchEach.js';
import {type Clock, realClock} from './clock.js';
import {fitBuiltin} from './fitBuiltin.js';
import {gpuTimes} from './gpuTime.js';
import {measure} from './measure.js';
import type {BenchOptions} from './options.js';
import {makePeakProbe, type PeakProbe} from './peak.js';
import {type BenchReport, makeReport, type ReportedBenchOptions} from './report.js';
import {casesOf, resolveOptions} from './resolveOptions.js';
import {type BenchResult, type BenchRow, resultOf} from './result.js';
import {isSoftware, shrinkForSoftware} from './softwareSize.js';
import {kernelCall} from './timedCalls.js';

/**
 * Times each pass of each layer: convgrad's whole call, its arithmetic alone, tfjs's own kernel and the machine's peak, in turns.
 * Afterwards it restores tfjs's active backend and the installation.
 *
 * @throws ConvgradError on invalid options, or a backend that this process does not have
 */
export async function bench(options: BenchOptions = {}, clock: Clock = realClock): Promise<BenchReport> {
  const resolved = resolveOptions(options);
  const {passes, problems, filters} = resolved;
  setWeightsCaching(filters === 'constant');
  try {
    return await benchEach(
      {
        jobs: casesOf(resolved).flatMap(({name, problem}) => passes.map((pass) => ({name, problem, pass}))),
        async open(backend) {
          const machine = {backend, probe: await makePeakProbe(backend, clock), clock};
          // A problem that the user names is timed at its full size.
          const shrinks = problems.length === 0 && isSoftware(environmentOf([backend]).backends[backend]);
          return ({name: layerName, problem: whole, pass}) => {
            const problem = shrinks ? shrinkForSoftware(whole) : whole;
            const name = layerName ?? formatProblem(problem);
            const about = {layer: name, ...(problem === whole ? {} : {reducedFrom: formatProblem(whole)})};
            return {name, row: () => benchRow(machine, about, problem, pass, resolved, options)};
          };
        },
        report: (environment, engines, results, state) => makeReport(resolved, environment, engines, results, state),
      },
      resolved,
      options,
      clock,
    );
  } finally {
    setWeightsCaching(true);
  }
}

/** The backend on which rows are measured, its peak and the clock. */
interface BenchContext {
  backend: string;
  probe: PeakProbe | undefined;
  clock: Clock;
}

async function benchRow(
  {backend, probe, clock}: BenchContext,
  about: Pick<BenchRow, 'layer' | 'reducedFrom'>,
  problem: Problem,
  pass: Pass,
  {algorithm: requested, accuracy, engine, threads, rounds, seed}: ReportedBenchOptions,
  {signal, peer}: BenchOptions,
): Promise<BenchResult> {
  const info = problemInfo(problem);
  const algorithm = ['auto', 'all'].includes(requested)
    ? select('bench', backend, info, pass, {algorithm: 'auto', accuracy}).implementation.algorithm
    : requested;
  const builtinAlternative = builtinAlternativeOf(problem, backend, pass, accuracy);
  const row: BenchRow = {
    ...{...about, problem: formatProblem(problem), backend, pass, algorithm, flops: flopsOf(info)},
    ...(builtinAlternative?.isChosen ? {delegated: true as const} : {}),
  };
  const supported = supportsPass(backend, algorithm, info, pass);
  if (supported !== true) return {...row, reason: supported};
  const inputs = drawInputs(problem, 'reals', seed);
  // The algorithm is requested by name, so tfjs's own kernel never runs in its place.
  const callOf = (name: string) => namedCall(problem, inputs, pass, {backend, algorithm: name, engine, threads}, clock);
  const ours = callOf(algorithm);
  const own = requested === 'all' ? alternativesOf(backend, problem, pass, accuracy) : undefined;
  const others = (own ?? []).flatMap(({algorithm: name}) => (name === algorithm ? [] : [{name, ...callOf(name)}]));
  // On a GPU, an implementation shares its name with an algorithm of the host, but no code.
  const found = engineOf(backend) && findAlgorithm(algorithm);
  const kernel = found && kernelCall(found, problem, inputs, pass, () => engineOf(backend), clock);
  const builtin = await fitBuiltin(problem, backend, pass, seed, clock);
  const native = pass === 'forward' ? await peer?.open(info, inputs.x, inputs.filter) : undefined;
  try {
    const benchedCalls = {
      ours: ours.call,
      ...(kernel ? {kernel} : {}),
      ...('call' in builtin ? {builtin: builtin.call} : {}),
      ...(native ? {peer: native.call} : {}),
      ...Object.fromEntries(others.map(({name, call}) => [`alternative ${name}`, call])),
    };
    const measured = await measure(benchedCalls, probe, rounds, clock, signal);
    const timedBuiltin = 'call' in builtin ? builtin.call : undefined;
    const gpu = await gpuTimes({ours: ours.call, builtin: timedBuiltin}, clock);
    const alternatives = own && [
      ...own,
      ...(builtinAlternative && 'call' in builtin ? asAlternatives(builtinAlternative) : []),
    ];
    return 'call' in builtin
      ? resultOf(row, measured, {scaled: builtin.scaled, alternatives, gpu})
      : {...resultOf(row, measured, {alternatives, gpu}), reason: builtin.reason};
  } finally {
    for (const {dispose} of [ours, ...others]) dispose();
    await native?.close();
    if ('call' in builtin) builtin.dispose();
  }
}
