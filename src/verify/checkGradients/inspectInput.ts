import type {CoordinateGroup} from './coordinateGroups.js';
import {coordinate, type Direction, halves, randomDirection, sampleOf} from './direction.js';
import type {CoordinateSlope, DirectionReport, InputReport, Slope, Status} from './gradientReport.js';

/** What a judge says about the gradient of one input along one direction. How much that proves is decided later. */
export interface Finding extends Slope {
  /** `agrees`: the difference is within the tolerance, however large that is. `open`: there is a difference that proves nothing. */
  verdict: 'agrees' | 'wrong' | 'kink' | 'open';
  /** Outputs near a kink, which were left out of the comparison. */
  masked?: readonly number[];
}

/**
 * Compares the tape's gradient with finite differences along a direction. One judge serves integers, another one reals.
 * @param typical the size of a typical slope along one coordinate, as far as it is known
 * @param quick a first opinion is enough
 */
export type Judge = (input: number, direction: Direction, typical: number, quick?: boolean) => Promise<Finding>;

export interface Extent {
  coordinates: number;
  directions: number;
  seed: number;
}

/** A change of one coordinate's gradient by this share of the typical gradient must show; otherwise the coordinate is not decided. */
const telling = 1 / 8;
/** A common factor of all gradients must show if it is twice this far from 1. */
export const fine = 5e-4;
/** So many wrong coordinates in a sample are evidence enough. */
const enoughWrong = 8;
/** The mean square of the weights of a random direction, in steps. */
const meanSquare = 1.96875;
/** The number of lines times the number of inputs and outputs that takes about a second. */
const affordable = 5e6;

/** Judges the gradient of one input along single coordinates and along random directions through all of them. */
export async function inspectInput(
  index: number,
  shape: readonly number[],
  parts: readonly CoordinateGroup[],
  outputs: number,
  judge: Judge,
  {coordinates, directions, seed}: Extent,
): Promise<{input: InputReport; directions: DirectionReport[]}> {
  const length = parts.reduce((sum, {indices}) => sum + indices.length, 0);
  const lines = Math.ceil(affordable / (length + outputs));
  const input = new Collector(index, shape, length);
  const found: DirectionReport[] = [];

  const chosen = sampleOf(length, Math.min(coordinates, Math.max(4, lines)), `${seed}/coordinates/${index}`);
  const isAll = chosen.length === length;
  const steps = new Float64Array(length);
  for (const {indices, step} of parts) for (const i of indices) steps[i] = step;
  const lookAt = async (chosen: readonly number[]) => {
    for (const at of chosen) {
      if (input.has(at)) continue;
      if (!isAll && input.wrongs >= enoughWrong) break;
      const step = steps[at];
      input.add(at, step, await judge(index, coordinate(at, step), input.typical(step)));
    }
  };
  if (isAll) await lookAt(chosen);

  // A direction through a kink may be smooth and still have no gradient: two equal maxima may rise together.
  for (const [nth, part] of parts.entries()) {
    const indices = part.indices.filter((at) => !input.kinks.has(at));
    if (indices.length === 0) continue;
    const seen: {direction: Direction; finding: Finding}[] = [];
    for (let n = 0; n < directions; n++) {
      const direction = randomDirection(indices, part.step, `${seed}/directions/${index}/${nth}/${n}`);
      const finding = await judge(index, direction, input.typical(part.step));
      input.measure(direction, part.step, finding);
      seen.push({direction, finding});
      if (finding.verdict === 'wrong' && lines < coordinates) break;
    }
    for (const {direction, finding} of seen) {
      let {verdict} = finding;
      if (verdict === 'wrong' && input.wrongs === 0) {
        const culprit = await locate(direction, (part) => judge(index, part, 0, true));
        if (typeof culprit === 'number') await lookAt([culprit]);
        if (culprit === 'kink') verdict = culprit;
      }
      const {analytic, numeric, error, tolerance} = finding;
      const status = input.cover(direction, part.step, {...finding, verdict});
      found.push({input: index, status, analytic, numeric, error, tolerance});
    }
  }
  if (!isAll) await lookAt(chosen);
  // Smaller directions may cover what directions through all coordinates could not: fewer kinks are near them.
  const left = {lines: Math.min(4 * coordinates, lines)};
  for (const [nth, {indices, step}] of parts.entries()) {
    if (isAll || input.wrongs > 0 || found.some(({status}) => status === 'wrong')) break;
    await cover(indices, step, Number.POSITIVE_INFINITY, left, `${seed}/blocks/${index}/${nth}`);
  }
  return {input: input.report(), directions: found};

  async function cover(
    indices: readonly number[],
    step: number,
    above: number,
    left: {lines: number},
    text: string,
  ): Promise<void> {
    if (indices.every((at) => input.isCovered(at)) || left.lines <= 0) return;
    if (indices.length === 1) {
      left.lines--;
      return lookAt(indices);
    }
    let tolerance = above;
    if (above !== Number.POSITIVE_INFINITY) {
      left.lines--;
      const direction = randomDirection(indices, step, text);
      const finding = await judge(index, direction, input.typical(step));
      const status = input.cover(direction, step, finding);
      if (status === 'wrong') {
        const culprit = await locate(direction, (part) => judge(index, part, 0, true));
        if (typeof culprit === 'number') await lookAt([culprit]);
        const {analytic, numeric, error} = finding;
        found.push({input: index, status, analytic, numeric, error, tolerance: finding.tolerance});
        return;
      }
      // Rounding does not shrink along fewer coordinates.
      if (finding.verdict === 'agrees' && status === 'undecided' && finding.tolerance > 0.9 * above) return;
      tolerance = finding.tolerance;
    } else {
      tolerance = Number.MAX_VALUE;
    }
    const middle = indices.length >> 1;
    await cover(indices.slice(0, middle), step, tolerance, left, `${text}0`);
    await cover(indices.slice(middle), step, tolerance, left, `${text}1`);
  }
}

/** Collects the findings about one input, and weighs them in the end. */
class Collector {
  readonly kinks = new Set<number>();
  wrongs = 0;
  private readonly seen = new Map<number, {step: number; finding: Finding}>();
  private readonly covered: Uint8Array;
  /** For each size of step, the sum of squares of slopes, and the number of coordinates in it. */
  private readonly squares = new Map<number, {sum: number; count: number}>();
  private readonly evidence: Finding[] = [];
  private readonly masked = new Map<number, number>();
  private comparisons = 0;

  constructor(
    private readonly index: number,
    private readonly shape: readonly number[],
    private readonly length: number,
  ) {
    this.covered = new Uint8Array(length);
  }

  has(at: number): boolean {
    return this.seen.has(at);
  }

  isCovered(at: number): boolean {
    return this.covered[at] === 1 || this.kinks.has(at);
  }

  /** The root mean square of slopes along single coordinates, taken from differences alone. */
  typical(step: number): number {
    const {sum, count} = this.squares.get(step) ?? {sum: 0, count: 1};
    return Math.sqrt(sum / count);
  }

  add(at: number, step: number, finding: Finding): void {
    this.seen.set(at, {step, finding});
    if (finding.verdict === 'kink') this.kinks.add(at);
    if (finding.verdict === 'wrong') this.wrongs++;
    if (finding.verdict !== 'kink') this.weigh(step, finding, finding.numeric ** 2, 1);
  }

  /** Adds what a direction tells about the size of the gradient. */
  measure({indices}: Direction, step: number, finding: Finding): void {
    this.weigh(step, finding, finding.numeric ** 2 / meanSquare, indices.length);
  }

  cover(direction: Direction, step: number, finding: Finding): Status {
    const {verdict, tolerance, numeric} = finding;
    this.comparisons++;
    for (const j of finding.masked ?? []) this.masked.set(j, (this.masked.get(j) ?? 0) + 1);
    if (verdict === 'wrong' || verdict === 'kink') return verdict;
    if (verdict === 'open') return 'undecided';
    const covers = isFlat(finding) || tolerance <= telling * this.typical(step);
    if (covers) for (const i of direction.indices) this.covered[i] = 1;
    const isFine = tolerance <= fine * Math.abs(numeric);
    if (!covers && !isFine) return 'undecided';
    this.evidence.push(finding);
    return 'right';
  }

  report(): InputReport {
    const {index, shape, length} = this;
    const report: InputReport = {
      index,
      shape,
      checked: this.seen.size,
      decided: 0,
      covered: 0,
      wrong: [],
      kinks: [],
      undecided: [],
      leftOut: 0,
    };
    const singles: Finding[] = [];
    for (const [at, {step, finding}] of [...this.seen].sort(([a], [b]) => a - b)) {
      const {verdict, analytic, numeric, error, tolerance} = finding;
      const slope: CoordinateSlope = {
        index: at,
        analytic: analytic / step,
        numeric: numeric / step,
        error: error / step,
        tolerance: tolerance / step,
      };
      const tells = isFlat(finding) || tolerance <= telling * Math.max(Math.abs(numeric), this.typical(step));
      if (verdict === 'kink') report.kinks.push(at);
      else if (verdict === 'wrong') report.wrong.push(slope);
      else if (verdict === 'open' || !tells) report.undecided.push(at);
      else {
        this.covered[at] = 1;
        singles.push(finding);
      }
      if (verdict !== 'wrong' && (verdict !== 'agrees' || !tells)) continue;
      report.decided++;
      if (!report.worst || excess(slope) > excess(report.worst)) report.worst = slope;
    }
    for (let i = 0; i < length; i++) if (this.covered[i] === 1 && !this.kinks.has(i)) report.covered++;
    for (const times of this.masked.values()) if (times === this.comparisons) report.leftOut++;
    report.resolution = resolutionOf([...this.evidence, ...singles], singles);
    return report;
  }

  private weigh(step: number, finding: Finding, square: number, count: number): void {
    if (!(finding.tolerance < Math.abs(finding.numeric) || finding.numeric === 0)) return;
    const known = this.squares.get(step) ?? {sum: 0, count: 0};
    this.squares.set(step, {sum: known.sum + square, count: known.count + count});
  }
}

/** True when no output moves and the tape has a gradient of 0. */
function isFlat({analytic, numeric}: Finding): boolean {
  return analytic === 0 && numeric === 0;
}

/**
 * Half of how far from 1 a common factor of all gradients may be without showing. It comes from the best single comparison, or from all
 * comparisons along coordinates together. It is 0 where everything is flat, and undefined where there was no comparison.
 */
function resolutionOf(all: readonly Finding[], singles: readonly Finding[]): number | undefined {
  const slopes = all.filter((finding) => !isFlat(finding));
  if (slopes.length === 0) return all.length > 0 ? 0 : undefined;
  let best = slopes.reduce((best, {tolerance, numeric}) => Math.min(best, tolerance / Math.abs(numeric)), 1);
  let [sum, error, square] = [0, 0, 0];
  for (const {analytic, numeric, tolerance} of singles) {
    sum += Math.abs(numeric);
    error += (analytic - numeric) * Math.sign(numeric);
    square += tolerance ** 2;
  }
  if (sum > 0 && Math.abs(error) <= Math.sqrt(square)) best = Math.min(best, Math.sqrt(square) / sum);
  return best;
}

/**
 * Halves a direction along which the gradient is wrong, until one coordinate is left. If neither half is wrong, there is a kink that shows
 * only in the halves, or the search fails.
 */
async function locate(
  direction: Direction,
  judge: (part: Direction) => Promise<Finding>,
): Promise<number | 'kink' | undefined> {
  if (direction.indices.length === 1) return direction.indices[0];
  const verdicts: Finding['verdict'][] = [];
  for (const half of halves(direction)) {
    const {verdict} = await judge(half);
    if (verdict === 'wrong') return locate(half, judge);
    verdicts.push(verdict);
  }
  return verdicts.includes('kink') ? 'kink' : undefined;
}

function excess({error, tolerance}: Slope): number {
  return error === 0 ? 0 : error / tolerance;
}
