import {ConvgradError} from '../../geometry/error.js';
import {type CoordinateGroup, groupBySize, onLattice} from './coordinateGroups.js';
import {adviceFor} from './decision.js';
import {drawReals} from './draw.js';
import {findIntegers, type IntegerPoint, integerStep} from './findIntegers.js';
import {type FunctionUnderTest, messageOf, type TapeGradients} from './functionUnderTest.js';
import type {Mode, OrderReport} from './gradientReport.js';
import {inspectInput, type Judge} from './inspectInput.js';
import {integerJudge} from './integerJudge.js';
import {measureLocalRounding} from './localRounding.js';
import type {GradientOptions} from './options.js';
import {realJudge} from './realJudge.js';
import {firstNonFinite, sizeOf} from './vector.js';

export interface InspectionRequest {
  tested: FunctionUnderTest;
  /** The caller's own values. */
  values: readonly Float32Array[];
  options: Required<GradientOptions>;
  /** What it means if the tape does not reach an input: a fault, or a gradient of zero. */
  unreached: 'fault' | 'zero';
}

/** Errors up to this share of the gradient count as rounding, not as mistakes. */
const rounding = 2 ** -16;

/** Inspects the gradients of one order: exactly, where integers allow it, else on the caller's own values. */
export async function inspectGradients(question: InspectionRequest): Promise<OrderReport> {
  const {tested, values, options} = question;
  const outputSize = sizeOf(tested.outputShape);
  if (options.mode === 'real') return inspectReals(question, 'asked for');
  const integers = await findIntegers(tested, values, outputSize, options.seed);
  if (typeof integers !== 'string') {
    const report = await inspectIntegers(question, integers);
    if (options.mode === 'integers' || !isRounding(report)) return report;
    return inspectReals(question, 'its gradient rounds even on integers');
  }
  if (options.mode === 'integers') {
    throw new ConvgradError(
      'checkGradients',
      `mode 'integers' needs an f that is linear in each input, with whole coefficients; ${integers}. Use mode 'real' or 'auto'.`,
    );
  }
  return inspectReals(question, integers);
}

async function inspectIntegers(question: InspectionRequest, point: IntegerPoint): Promise<OrderReport> {
  const {values, dy} = point;
  const parts = values.map((data) => [{indices: Array.from(data.keys()), step: integerStep}]);
  return inspect({question, mode: 'integers', reason: 'f is linear in each input', values, dy, parts}, (gradients) =>
    integerJudge(question.tested, point, gradients),
  );
}

async function inspectReals(question: InspectionRequest, reason: string): Promise<OrderReport> {
  const {tested, options} = question;
  const values = question.values.map(onLattice);
  const here = await tested.evaluate(values);
  const dy = drawReals(here.length, `${options.seed}/dy`);
  const bad = firstNonFinite(here);
  if (bad >= 0) return failedReport('real', reason, `f is ${here[bad]} at output ${bad}`);
  const localRounding = await measureLocalRounding(tested, values, here, options.seed);
  const {unit, storage} = tested.arithmetic;
  const point = {tested, values, dy, here, localRounding, unit: storage?.unit ?? unit};
  const parts = values.map(groupBySize);
  return inspect({question, mode: 'real', reason, values, dy, parts}, async (gradients) => realJudge(point, gradients));
}

/** What `inspect` needs to judge one order of gradients. */
interface Inspection {
  question: InspectionRequest;
  mode: Mode;
  reason: string;
  values: readonly Float32Array[];
  dy: Float32Array;
  parts: CoordinateGroup[][];
}

async function inspect(
  {question: {tested, options, unreached}, mode, reason, values, dy, parts}: Inspection,
  judgeOf: (gradients: Float32Array[]) => Promise<Judge>,
): Promise<OrderReport> {
  let found: TapeGradients;
  try {
    found = await tested.gradients(values, dy);
  } catch (error) {
    return failedReport(mode, reason, `the gradient cannot be taken: ${messageOf(error)}`);
  }
  const report: OrderReport = {passed: false, mode, reason, inputs: [], directions: [], problems: []};
  const gradients = found.gradients.map((gradient, k) => gradient ?? new Float32Array(values[k].length));
  const judge = await judgeOf(gradients);
  for (const [k, gradient] of gradients.entries()) {
    const bad = firstNonFinite(gradient);
    if (bad >= 0) report.problems.push(`the gradient of input ${k} is ${gradient[bad]} at ${bad}`);
    if (bad >= 0) continue;
    const {input, directions} = await inspectInput(k, tested.shapes[k], parts[k], dy.length, judge, options);
    input.advice = adviceFor(input, dy.length);
    report.inputs.push(input);
    // If nothing depends on the input, the tape is right not to reach it.
    if (!found.gradients[k] && (unreached === 'fault' || input.wrong.length > 0))
      report.problems.push(
        `the tape does not lead back to input ${k}: an op on the way has no gradient, or f ignores the input; tf.grads throws "${found.refusal}"`,
      );
    report.directions.push(...directions);
  }
  report.passed = isGood(report);
  return report;
}

/** True when nothing is wrong and each input is decided. An undecided input does not pass. */
function isGood({inputs, directions, problems}: OrderReport): boolean {
  const wrong = inputs.some((input) => input.wrong.length > 0) || directions.some(({status}) => status === 'wrong');
  return problems.length === 0 && !wrong && inputs.every((input) => input.advice === undefined);
}

/** True when there are differences, and each is no more than rounding. */
function isRounding({inputs, directions}: OrderReport): boolean {
  const wrong = [...inputs.flatMap(({wrong}) => wrong), ...directions.filter(({status}) => status === 'wrong')];
  return wrong.length > 0 && wrong.every(({error, numeric}) => error <= rounding * Math.abs(numeric));
}

function failedReport(mode: Mode, reason: string, problem: string): OrderReport {
  return {passed: false, mode, reason, inputs: [], directions: [], problems: [problem]};
}
