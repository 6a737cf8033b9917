import {coordinate, coordinatesOf, type Direction, directionsOf, halves} from './direction.js';
import type {CoordinateSlope, DirectionReport, InputReport, Slope, Status} from './gradientReport.js';

/** What a judge says about the gradient of one input along one direction. */
export interface Finding extends Slope {
  status: Status;
}

/** Compares the tape's gradient with finite differences along a direction; one judge for integers, another for reals. */
export type Judge = (input: number, direction: Direction) => Promise<Finding>;

export interface Extent {
  coordinates: number;
  directions: number;
  seed: number;
}

/** Judges the gradient of one input: along single coordinates, and along directions through all of them. */
export async function inspectInput(
  index: number,
  shape: readonly number[],
  gradient: Float32Array,
  judge: Judge,
  {coordinates, directions, seed}: Extent,
): Promise<{input: InputReport; directions: DirectionReport[]}> {
  const input: InputReport = {index, shape, checked: 0, decided: 0, wrong: [], kinks: [], undecided: []};
  const seen = new Set<number>();
  const look = async (at: number) => {
    if (seen.has(at)) return;
    seen.add(at);
    const {status, ...slope} = await judge(index, coordinate(at));
    input.checked++;
    if (status === 'kink') input.kinks.push(at);
    else if (status === 'undecided') input.undecided.push(at);
    else add(input, status, {index: at, ...slope});
  };
  for (const at of coordinatesOf(gradient, coordinates, `${seed}/coordinates/${index}`)) await look(at);
  const found: DirectionReport[] = [];
  // Through a kink, a direction may be smooth and yet have no gradient: where two equal maxima rise together.
  const smooth = gradient.length > input.kinks.length ? directions : 0;
  for (const direction of directionsOf(gradient, smooth, `${seed}/directions/${index}`, input.kinks)) {
    const {status, ...slope} = await judge(index, direction);
    const culprit =
      status === 'wrong' && input.wrong.length === 0
        ? await locate(direction, (part) => judge(index, part))
        : undefined;
    if (typeof culprit === 'number') await look(culprit);
    found.push({input: index, status: culprit === 'kink' ? culprit : status, ...slope});
  }
  return {input, directions: found};
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
  const statuses: Status[] = [];
  for (const half of halves(direction)) {
    const {status} = await judge(half);
    if (status === 'wrong') return locate(half, judge);
    statuses.push(status);
  }
  return statuses.includes('kink') ? 'kink' : undefined;
}

function add(input: InputReport, status: Status, slope: CoordinateSlope): void {
  input.decided++;
  if (status === 'wrong') input.wrong.push(slope);
  if (!input.worst || excess(slope) > excess(input.worst)) input.worst = slope;
}

function excess({error, tolerance}: Slope): number {
  return error === 0 ? 0 : error / tolerance;
}

/** The finding when the tape and the finite difference are as good as they get. */
export function finding(status: Status, analytic: number, numeric: number, tolerance: number): Finding {
  return {status, analytic, numeric, error: Math.abs(analytic - numeric), tolerance};
}
