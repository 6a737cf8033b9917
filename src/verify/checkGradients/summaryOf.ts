import type {DirectionReport, GradientReport, InputReport, OrderReport, Slope} from './gradientReport.js';

/** The most rows of one kind in a summary. More would push the first ones out of sight. */
const most = 5;

/** A report in words. */
export function summaryOf({seed, backend, secondOrder, ...first}: Omit<GradientReport, 'summary'>): string {
  return [
    `checkGradients: ${verdictOf(first, secondOrder)} on ${backend}, seed ${seed}`,
    ...orderLines(secondOrder ? 'first order' : 'gradients', first),
    ...(secondOrder ? orderLines('second order', secondOrder) : []),
  ].join('\n');
}

/** An undecided report has neither passed nor failed. */
function verdictOf({passed, ...first}: OrderReport, second?: OrderReport): string {
  if (passed) return 'passed';
  const isWrong = ({inputs, directions, problems}: Omit<OrderReport, 'passed'>) =>
    problems.length > 0 ||
    inputs.some(({wrong}) => wrong.length > 0) ||
    directions.some(({status}) => status === 'wrong');
  return isWrong(first) || (second && isWrong(second)) ? 'FAILED' : 'UNDECIDED';
}

function orderLines(title: string, {mode, reason, inputs, directions, problems}: OrderReport): string[] {
  const how =
    mode === 'integers'
      ? `exact, on small integers instead of the given values: ${reason}`
      : `up to estimated errors, at the given values: ${reason}`;
  return [
    `  ${title}, ${how}`,
    ...problems.map((problem) => `    ${problem}`),
    ...inputs.flatMap((input) =>
      inputLines(
        input,
        directions.filter((direction) => direction.input === input.index),
      ),
    ),
  ];
}

function inputLines(input: InputReport, directions: DirectionReport[]): string[] {
  const {index, shape, checked, decided, worst, wrong, kinks, undecided, advice} = input;
  const decidedAlong = directions.filter(({status}) => status === 'right' || status === 'wrong').length;
  const wrongAlong = directions.filter(({status}) => status === 'wrong');
  const isWrong = wrong.length + wrongAlong.length > 0;
  const verdict = isWrong ? 'wrong' : advice === undefined ? 'right' : 'undecided';
  const counts = `${decided} of ${checked} coordinates and ${decidedAlong} of ${directions.length} directions decided`;
  return [
    `    input ${index} [${shape}]: ${verdict}; ${counts}`,
    ...list(wrong, (slope) => `      wrong at ${place(slope.index, shape)}: ${words(slope)}`),
    ...(wrong.length === 0 ? wrongAlong.map((slope) => `      wrong along a direction: ${words(slope)}`) : []),
    ...(verdict === 'right' && worst && worst.tolerance > 0
      ? [`      worst at ${place(worst.index, shape)}: ${words(worst)}`]
      : []),
    ...places('not differentiable at', kinks, shape),
    ...places('too coarse to decide at', undecided, shape),
    ...(verdict === 'undecided' ? [`      ${advice}`] : []),
  ];
}

function words({analytic, numeric, error, tolerance}: Slope): string {
  if (tolerance === 0) return `the tape has ${analytic}, a difference of f ${numeric}`;
  return `the tape has ${short(analytic)}, differences of f ${short(numeric)}; off by ${error.toExponential(1)}, at most ${tolerance.toExponential(1)} allowed`;
}

function places(what: string, indices: readonly number[], shape: readonly number[]): string[] {
  if (indices.length === 0) return [];
  const named = indices.slice(0, most).map((index) => place(index, shape));
  return [`      ${what} ${named.join(' ')}${indices.length > most ? ` and ${indices.length - most} more` : ''}`];
}

function list<T>(items: readonly T[], line: (item: T) => string): string[] {
  const more = items.length > most ? [`      … and ${items.length - most} more`] : [];
  return [...items.slice(0, most).map(line), ...more];
}

/** An index written as a position in the shape: [row,column]. */
function place(index: number, shape: readonly number[]): string {
  const digits: number[] = [];
  let rest = index;
  for (const length of [...shape].reverse()) {
    digits.unshift(rest % length);
    rest = Math.floor(rest / length);
  }
  return `[${digits}]`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(7)));
}
