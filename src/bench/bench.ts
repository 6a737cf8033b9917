import {findAlgorithm} from '../algorithms/index.js';
import {keepFilters} from '../engine/index.js';
import {flopsOf, type Pass} from '../geometry/pass.js';
import {formatProblem, type Problem, problemInfo} from '../geometry/problem.js';
import {install} from '../plugin/install.js';
import {remember} from '../plugin/remember.js';
import {engineOf, select, supportsPass} from '../plugin/select.js';
import {defaultTf as tf} from '../plugin/tfjs.js';
import {environmentOf} from '../verify/environment.js';
import {drawInputs} from '../verify/fill.js';
import {activate} from '../verify/stage.js';
import {isSoftware, toBrowserSize} from './browserSize.js';
import {kernelCall} from './calls.js';
import {type Clock, realClock} from './clock.js';
import {fitBuiltin} from './fitBuiltin.js';
import {gpuTimes} from './gpuTime.js';
import {measure} from './measure.js';
import type {BenchOptions} from './options.js';
import {makeProbe, type Probe, settleEngine} from './peak.js';
import {type BenchReport, makeReport, type ReportedOptions} from './report.js';
import {casesOf, resolveOptions} from './resolveOptions.js';
import {type BenchResult, type BenchRow, resultOf} from './result.js';
import {competing, namedCall, rivalsOf, stockOf} from './rivals.js';

/**
 * Times each pass of each layer: convgrad's algorithm, its arithmetic alone, tfjs's own kernel and the machine's peak, in turn.
 * tfjs's active backend and the installation are as before when it is done.
 *
 * @throws ConvgradError on options that make no sense, or a backend that this process does not have
 */
export async function bench(options: BenchOptions = {}, clock: Clock = realClock): Promise<BenchReport> {
  const resolved = resolveOptions(options);
  const {backends, passes, engine, threads, timeBudget = Number.POSITIVE_INFINITY} = resolved;
  const jobs = casesOf(resolved).flatMap(({name, problem}) => passes.map((pass) => ({name, problem, pass})));
  const start = clock.now();
  const seconds = () => (clock.now() - start) / 1000;
  const results: BenchResult[] = [];
  const engines: Record<string, string> = {};
  const begun: string[] = [];
  const report = (interrupted: boolean) => {
    const left = backends.length * jobs.length - results.length;
    return makeReport(resolved, environmentOf(begun), engines, results, {left, seconds: seconds(), interrupted});
  };
  const clear = remember();
  keepFilters(resolved.filters === 'constant');
  try {
    for (const [i, backend] of backends.entries()) {
      await activate(backend);
      begun.push(backend);
      install({tf, engine, threads});
      await settleEngine(backend, clock);
      const name = engineOf(backend)?.name;
      if (name) engines[backend] = name;
      const machine = {backend, probe: await makeProbe(backend, clock), clock};
      // What users ask for by its problem is timed as it is.
      const cuts = resolved.problems.length === 0 && isSoftware(environmentOf([backend]).backends[backend]);
      const end = seconds() + (timeBudget - seconds()) / (backends.length - i);
      for (const [done, {name, problem: whole, pass}] of jobs.entries()) {
        if (options.signal?.aborted || seconds() > end) break;
        const problem = cuts ? toBrowserSize(whole) : whole;
        const layer = name ?? formatProblem(problem);
        options.onProgress?.({backend, problem: layer, done, total: jobs.length});
        const about = {layer, ...(problem === whole ? {} : {cutFrom: formatProblem(whole)})};
        const result = await benchRow(machine, about, problem, pass, resolved, options);
        if (options.signal?.aborted) break;
        results.push(result);
        options.onReport?.(() => report(true));
        await clock.turn();
      }
    }
    // While the engine is still the one that was timed.
    return report(options.signal?.aborted === true);
  } finally {
    keepFilters(true);
    await clear();
  }
}

/** Where rows are measured. */
interface Machine {
  backend: string;
  probe: Probe | undefined;
  clock: Clock;
}

async function benchRow(
  {backend, probe, clock}: Machine,
  about: Pick<BenchRow, 'layer' | 'cutFrom'>,
  problem: Problem,
  pass: Pass,
  {algorithm: wanted, accuracy, engine, threads, rounds, seed}: ReportedOptions,
  {signal, peer}: BenchOptions,
): Promise<BenchResult> {
  const info = problemInfo(problem);
  const algorithm = ['auto', 'all'].includes(wanted)
    ? select('bench', backend, info, pass, {algorithm: 'auto', accuracy}).implementation.algorithm
    : wanted;
  const stock = stockOf(problem, backend, pass, accuracy);
  const row: BenchRow = {
    ...{...about, problem: formatProblem(problem), backend, pass, algorithm, flops: flopsOf(info)},
    ...(stock?.isChosen ? {handedOn: true as const} : {}),
  };
  const supported = supportsPass(backend, algorithm, info, pass);
  if (supported !== true) return {...row, reason: supported};
  const inputs = drawInputs(problem, 'reals', seed);
  // Asked for by name, tfjs's own kernel has no part in it.
  const callOf = (name: string) => namedCall(problem, inputs, pass, {backend, algorithm: name, engine, threads}, clock);
  const ours = callOf(algorithm);
  const own = wanted === 'all' ? rivalsOf(backend, problem, pass, accuracy) : undefined;
  const others = (own ?? []).flatMap(({algorithm: name}) => (name === algorithm ? [] : [{name, ...callOf(name)}]));
  // A GPU's implementations share names with algorithms of the host, and nothing else.
  const found = engineOf(backend) && findAlgorithm(algorithm);
  const kernel = found && kernelCall(found, problem, inputs, pass, () => engineOf(backend), clock);
  const builtin = await fitBuiltin(problem, backend, pass, seed, clock);
  const native = pass === 'forward' ? await peer?.open(info, inputs.x, inputs.filter) : undefined;
  try {
    const contestants = {
      ours: ours.call,
      ...(kernel ? {kernel} : {}),
      ...('call' in builtin ? {builtin: builtin.call} : {}),
      ...(native ? {peer: native.call} : {}),
      ...Object.fromEntries(others.map(({name, call}) => [`rival ${name}`, call])),
    };
    const measured = await measure(contestants, probe, rounds, clock, signal);
    const stockCall = 'call' in builtin ? builtin.call : undefined;
    const gpu = await gpuTimes({ours: ours.call, builtin: stockCall}, clock);
    const rivals = own && [...own, ...(stock && 'call' in builtin ? competing(stock) : [])];
    return 'call' in builtin
      ? resultOf(row, measured, {scaled: builtin.scaled, rivals, gpu})
      : {...resultOf(row, measured, {rivals, gpu}), reason: builtin.reason};
  } finally {
    for (const {dispose} of [ours, ...others]) dispose();
    await native?.close();
    if ('call' in builtin) builtin.dispose();
  }
}
