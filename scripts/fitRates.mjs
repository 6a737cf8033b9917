// `node scripts/fitRates.mjs REPORT.json…`, after `npm run build`, prints the rates of an adapter in the form that the `rates.ts`
// of its backend needs. The reports come from `convgrad bench --backend webgpu --algorithm all --json REPORT.json` on that
// adapter (webgl likewise): named layers, random ones (--cases) and small ones (--problem). The rates have the least sum of
// squares of relative errors, and none is below zero. A call weighs more the nearer it is to the fastest of its row. The script
// also prints how good the choices by these rates are.
import {readFileSync} from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import {gpuWorkKinds} from '../build/backends/gpu/work.js';
import {builtinOnWebgl} from '../build/backends/webgl/builtinOnWebgl.js';
import {parseProblem, problemInfo} from '../build/geometry/problem.js';
import {candidatesOf} from '../build/plugin/select.js';

const kinds = ['calls', 'launches', ...gpuWorkKinds];
const goodLoss = 1.1;

/** The properties of an adapter that convgrad needs to count the work of a call, taken from a report. */
function adapterOf({adapter = '', renderer, targets}) {
  const [vendor, architecture] = adapter.split(' ');
  const RENDERER = 1;
  const getParameter = (what) => (what === RENDERER ? renderer : targets);
  const gl = {RENDERER, getParameter, getExtension: () => null, createFramebuffer: () => ({})};
  return {adapterInfo: {vendor, architecture}, gpgpu: {gl}};
}

/** For every measured call: its work and its time. */
function samplesOf({results, environment}, report) {
  return results.flatMap(({backend, problem, pass, algorithm, milliseconds, scaled, alternatives = []}, i) => {
    if (milliseconds === undefined) return [];
    tf.engine().registry[backend] ??= adapterOf(environment.backends[backend]);
    const info = problemInfo(parseProblem(problem));
    const times = new Map([
      [algorithm, milliseconds.ours],
      ...alternatives.map((alternative) => [alternative.algorithm, alternative.milliseconds]),
    ]);
    const able = candidatesOf(backend, info, pass, {algorithm: 'auto', accuracy: 'standard'}).flatMap((candidate) => {
      const time = times.get(candidate.implementation.algorithm);
      const launches = candidate.implementation.cost?.(info, pass).launches;
      return time && launches ? [{name: candidate.implementation.algorithm, launches, time}] : [];
    });
    const {passes, supports, cost} = builtinOnWebgl;
    if (backend === 'webgl' && !scaled && passes.includes(pass) && supports(info, pass) === true) {
      able.push({name: 'builtin', launches: cost(info, pass).launches, time: milliseconds.builtin});
    }
    const best = Math.min(...able.map(({time}) => time));
    // Slow calls need less accurate predictions.
    return able.map((one) => ({...one, weight: Math.sqrt(best / one.time), row: `${report}.${i}: ${pass} ${problem}`}));
  });
}

function amountsOf(launches) {
  const sum = (kind) => launches.reduce((total, launch) => total + (launch[kind] ?? 0), 0);
  return [1, launches.length, ...gpuWorkKinds.map(sum)];
}

/**
 * Least squares of the logarithm of predicted to measured times. Each step is linear and goes coordinate by coordinate, to the
 * best value above zero.
 */
function ratesThatFit(samples) {
  const rows = samples.map(({launches}) => amountsOf(launches).map((amount) => amount / 1e6));
  const rates = kinds.map((_, k) => (rows.some((row) => row[k] > 0) ? 1 : 0));
  const predicted = () => rows.map((row) => row.reduce((sum, amount, k) => sum + amount * rates[k], 0));
  for (let step = 0; step < 200; step++) {
    const now = predicted();
    const scale = now.map((time, i) => samples[i].weight / time);
    const errors = now.map((time, i) => samples[i].weight * Math.log(time / samples[i].time));
    for (let turn = 0; turn < 20; turn++) {
      for (const k of kinds.keys()) {
        const slopes = rows.map((row, i) => row[k] * scale[i]);
        const squares = slopes.reduce((sum, slope) => sum + slope ** 2, 0);
        if (squares === 0) continue;
        const change = Math.max(-rates[k] / 2, -slopes.reduce((sum, slope, i) => sum + slope * errors[i], 0) / squares);
        for (const [i, slope] of slopes.entries()) errors[i] += change * slope;
        rates[k] += change;
      }
    }
  }
  return {rates, predicted: predicted()};
}

const reports = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file, 'utf8')));
const samples = reports.flatMap(samplesOf);
const {rates, predicted} = ratesThatFit(samples);
console.log(`nanoseconds: {${kinds.map((kind, k) => `${kind}: ${Number(rates[k].toPrecision(3))}`).join(', ')}}`);
const errors = samples.map(({time}, i) => Math.log(predicted[i] / time));
const rms = Math.exp(Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length));
console.log(
  `${samples.length} calls; predicted and measured are ${rms.toFixed(2)} times apart (geometric root mean square)`,
);
const groups = new Map();
for (const [i, sample] of samples.entries()) {
  groups.set(sample.row, [...(groups.get(sample.row) ?? []), {...sample, predicted: predicted[i]}]);
}
let [good, all] = [0, 0];
for (const [row, calls] of groups) {
  if (calls.length < 2) continue;
  all++;
  const [chosen] = [...calls].sort((a, b) => a.predicted - b.predicted);
  const loss = chosen.time / Math.min(...calls.map(({time}) => time));
  if (loss <= goodLoss) good++;
  if (loss > goodLoss || process.env.ALL)
    console.log(
      `${row}: ${calls.map((call) => `${call.name} ${call.time.toFixed(2)} (${call.predicted.toFixed(2)})`).join(', ')}`,
    );
}
console.log(`the algorithm with the lowest predicted time is within 10% of the fastest in ${good} of ${all}`);
