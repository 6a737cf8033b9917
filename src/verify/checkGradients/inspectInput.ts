import type {CoordinateGroup} from './coordinateGroups.js';
import {coordinate, type Direction, halves, randomDirection, sampleOf} from './direction.js';
import type {CoordinateSlope, DirectionReport, InputReport, Slope, Status} from './gradientReport.js';

/** What a judge says about the gradient of one input along one direction, before anyone asks how much that tells. */
export interface Finding extends Slope {
  /** `agrees`: within the tolerance, however large. `open`: a difference that does not prove anything. */
  verdict: 'agrees' | 'wrong' | 'kink' | 'open';
  /** Outputs near a kink, left out of the comparison. */
  masked?: readonly number[];
}

/**
 * Compares the tape's gradient with finite differences along a direction; one judge for integers, another for reals.
 * @param typical the size of a typical slope along one coordinate, as far as it is known
 * @param quick a first opinion is enough
 */
export type Judge = (input: number, direction: Direction, typical: number, quick?: boolean) => Promise<Finding>;

export interface Extent {
  coordinates: number;
  directions: number;
  seed: number;
}

/** A change of one coordinate's gradient by this share of the typical gradient has to show; else the coordinate is not decided. */
const telling = 1 / 8;
/** A common factor of all gradients has to show if it is twice this far from 1. */
export const fine = 5e-4;
/** Of a sample, so many wrong coordinates are evidence enough. */
const enoughWrong = 8;
/** The mean square of the weights of a direction, in steps. */
const meanSquare = 1.96875;
/** Lines through so many numbers, inputs and outputs, take about a second. */
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

  // Through a kink, a direction may be smooth and yet have no gradient: where two equal maxima rise together.
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
  // What directions through everything could not cover, smaller ones may: fewer kinks are near them.
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
      // Rounding does not get less along fewer coordinates.
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

/** Gathers what is found out about one input, and weighs it in the end. */
class Collector {
  readonly kinks = new Set<number>();
  wrongs = 0;
  private readonly seen = new Map<number, {step: number; finding: Finding}>();
  private readonly covered: Uint8Array;
  /** Sums of squares of slopes, for each size of step, and how many coordinates they are of. */
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

  /** The root mean square of slopes along single coordinates, from differences alone. */
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

  /** What a direction tells of the size of the gradient. */
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

/** Nothing moves, and the tape says so. */
function isFlat({analytic, numeric}: Finding): boolean {
  return analytic === 0 && numeric === 0;
}

/**
 * How far from 1 a common factor of all gradients may be without showing, halved: from the best single comparison, or from those along
 * coordinates together. Undefined where everything is flat.
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
 * Halves a direction along which the gradient is wrong until one coordinate is left. Where neither half is wrong, there is a kink that only
 * shows in them, or the trace is lost.
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
