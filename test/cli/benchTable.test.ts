import pico from 'picocolors';
import {compareReports} from '../../src/bench/compareReports.js';
import {makeReport} from '../../src/bench/report.js';
import type {StepResult} from '../../src/bench/steps/stepResult.js';
import {describeComparison} from '../../src/cli/benchCompare.js';
import {describeBench} from '../../src/cli/benchTable.js';
import {reportOf, rowOf} from '../bench/rows.js';

const plain = pico.createColors(false);
const lineOf = (text: string, start: string) => text.split('\n').find((line) => line.startsWith(start));

const whole = rowOf({
  ...{milliseconds: {ours: 2, kernel: 1, builtin: 250}, gflops: {ours: 12.345, kernel: 20}, ratio: 125},
  ...{fractionOfPeak: {kernel: 0.8, whole: 0.4}, scaled: {problem: 'smaller', factor: 10}},
});

test('a row shows times, speed, both fractions of the peak and a scaled built-in', () => {
  const text = describeBench(reportOf(whole), plain);
  expect(text).toContain("cpu, engine 'simd', Node v20, tfjs 4.22.0\n");
  expect(lineOf(text, '│ one ')).toMatch(
    /^│ one +│ forward │ implicitGemm +│ +2\.00 │ +12\.3 │ +80% │ +40% │ +~250 │ +125× │$/,
  );
  expect(text).toContain('~ timed on a smaller problem (named by --json)');
  expect(text).toContain('1 rows measured in 3 rounds, 0 skipped, 0 left out, in 1.0 s, seed 1');
  expect(text).not.toContain('†');
});

test('a missing built-in is a footnote, printed once for each reason', () => {
  const reason = 'the built-in gradient throws';
  const text = describeBench(
    reportOf(rowOf({reason}), rowOf({layer: 'two', reason}), rowOf({layer: 'three', reason: 'another'})),
    plain,
  );
  expect(lineOf(text, '│ two ')).toMatch(/│ +– \[1\] │ +│$/);
  expect(lineOf(text, '│ three ')).toMatch(/│ +– \[2\] │ +│$/);
  expect(text.split(`[1] ${reason}\n`)).toHaveLength(2);
});

test('delegated rows are marked and counted', () => {
  const text = describeBench(reportOf(rowOf({delegated: true}), rowOf({layer: 'two'})), plain);
  expect(lineOf(text, '│ one ')).toContain('implicitGemm†');
  expect(lineOf(text, '│ two ')).not.toContain('†');
  expect(text).toContain('On cpu convgrad by default delegates 1 of 2 forward rows to the built-in');
});

test('a refused row shows its reason and no numbers', () => {
  const {milliseconds, gflops, noise, ...refused} = rowOf({reason: 'too deep'});
  const text = describeBench(reportOf(refused), plain);
  expect(lineOf(text, '│ one ')).toMatch(/│ implicitGemm +│ +– \[1\] │[ │]+$/);
  expect(text).toContain('[1] too deep\n');
  expect(text).toContain('nothing was measured: 0 rows');
});

test('a comparison names each row that is slower beyond the noise', () => {
  const row = (layer: string, fraction: number, noise = 0.1) =>
    rowOf({layer, fractionOfPeak: {whole: fraction}, noise});
  const old = reportOf(row('one', 0.5), row('two', 0.5), row('three', 0.5), row('gone', 1));
  const now = reportOf(row('one', 0.4), {...row('two', 0.48), algorithm: 'winograd'}, row('three', 0.75));
  const text = describeComparison(compareReports(old, now), 'old.json', plain);
  expect(text).toContain(
    'compared with old.json, whole calls: 3 rows in both, 1 only in the old report, 0 only in the new one\n',
  );
  expect(lineOf(text, '│ one ')).toMatch(/│ 50\.0% of peak │ 40\.0% of peak │ +0\.80 │ +10% │ +slower │$/);
  expect(lineOf(text, '│ two ')).toMatch(/│ implicitGemm → winograd │.*│ +0\.96 │ +10% │ +│$/);
  expect(lineOf(text, '│ three ')).toMatch(/│ +1\.50 │ +10% │ +faster │$/);
  expect(text).toContain('geometric mean of new/old: 1.05');
  expect(text.match(/slower by more than the noise: .*/g)).toEqual([
    'slower by more than the noise: one, forward on cpu, 0.80 of its old speed (noise 10%)',
  ]);
});

test('reports without a common row have nothing to compare', () => {
  expect(describeComparison(compareReports(reportOf(whole), reportOf()), 'old.json', plain)).toBe(
    'nothing to compare with old.json: 0 rows in both, 1 only in the old report, 0 only in the new one',
  );
});

test('a step shows its batch, both times and how many convolutions each side served', () => {
  const step: StepResult = {
    ...{network: 'LeNet', backend: 'cpu', batch: 32, algorithm: 'auto', calls: {ours: 6, delegated: 3}},
    ...{milliseconds: {ours: 20, builtin: 800}, ratio: 40, noise: 0, first: 1, warmUpSteps: 1, rounds: []},
    ...{scaled: {batch: 4, factor: 8}, oneStep: true},
  };
  const {scaled, oneStep, ratio, ...alone} = step;
  const without = {...alone, network: 'Other', milliseconds: {ours: 20}, reason: 'tfjs alone throws'};
  const wasm = {...without, network: 'LeNet', backend: 'wasm', milliseconds: {ours: 8}};
  const environment = {node: 'v20', tfjs: '4.22.0', backends: {}};
  const left = {left: 0, seconds: 1, interrupted: false};
  const {options} = reportOf();
  const text = describeBench(makeReport(options, environment, {}, [], left, [step, without, wasm]), plain);
  expect(lineOf(text, '│ LeNet ')).toMatch(/│ +32 │ +20\.0 │ +~800 │ +40\.0× │ +9 │ +3 │$/);
  expect(lineOf(text, '│ Other ')).toMatch(/│ +32 │ +20\.0 │ +– \[1\] │ +│ +9 │ +3 │$/);
  expect(text).toContain('~ LeNet by tfjs alone: one step with a batch of 4, scaled\n');
  expect(text).toContain('[1] tfjs alone throws\n');
  expect(text).toContain('LeNet: a step takes 2.50 times as long on cpu as on wasm, both with convgrad\n');
  expect(text).toContain('3 rows measured');
});

test('a GPU row shows first calls instead of a peak, and the heading names the renderer', () => {
  const row = rowOf({
    ...{backend: 'webgl', algorithm: 'direct', ratio: 3, reducedFrom: 'whole'},
    ...{milliseconds: {ours: 10, builtin: 30}, first: {ours: 200, builtin: 150}},
  });
  const report = reportOf(row);
  const backends = {webgl: {renderer: 'SwiftShader driver', float32: true}};
  const environment = {...report.environment, browser: 'Mozilla/5.0 HeadlessChrome/147.0.1 Safari', backends};
  const text = describeBench({...report, environment, engines: {}}, plain);
  expect(text).toContain('webgl, software rendering: SwiftShader driver, HeadlessChrome/147.0.1, tfjs 4.22.0\n');
  expect(lineOf(text, '│ one‡ ')).toMatch(/│ +10\.0 │ +1\.00 │ +200 │ +30\.0 │ +150 │ +3\.00× │$/);
  expect(text).toContain('‡ reduced for software rendering: fewer images');
  expect(lineOf(text, '│ webgl, software rendering ')).toMatch(/│ forward │ +1 │/);
  const real = {...environment, backends: {webgl: {renderer: 'GeForce', float32: true}}};
  expect(describeBench({...report, environment: real, engines: {}}, plain)).toContain('webgl, GPU: GeForce, ');
});
