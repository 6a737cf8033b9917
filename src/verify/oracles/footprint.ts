import type {Algorithm} from '../../algorithms/algorithm.js';
import {type Pass, passTensors, shapeOf, sizeOf} from '../../geometry/pass.js';
import {formatProblem, type Problem, problemInfo} from '../../geometry/problem.js';
import {randomFrom} from '../../geometry/random.js';
import type {TestVector} from '../data/testVector.js';
import {type Expected, type Inputs, reference} from '../reference/reference.js';

/** A test vector's data with one Inf and one NaN in one input. */
export interface NonFiniteInputs {
  inputs: Inputs;
  /** The indices of the Inf and of the NaN. */
  at: number[];
  /** Not finite exactly where a true term holds one of them: nothing else overflows, and 0·Inf is NaN. */
  expected: Record<Pass, Expected>;
}

/** The planted data, which all algorithms share. */
const plants = new WeakMap<TestVector, Map<keyof Inputs, NonFiniteInputs>>();

/**
 * Plants one Inf and one NaN in the named input, and zeros in half of the other inputs, or in all of them. If the named input has a single element, that holds
 * the NaN.
 */
export function plantNonFinite(testVector: TestVector, name: keyof Inputs): NonFiniteInputs {
  const known = plants.get(testVector) ?? new Map<keyof Inputs, NonFiniteInputs>();
  plants.set(testVector, known);
  const found = known.get(name) ?? makeNonFinite(testVector, name);
  known.set(name, found);
  return found;
}

function makeNonFinite({problem, inputs}: TestVector, name: keyof Inputs): NonFiniteInputs {
  const next = randomFrom(`${formatProblem(problem)}/non-finite/${name}`);
  // In one of four, the others are zeros throughout, as weights are that begin at zero.
  const none = randomFrom(`${formatProblem(problem)}/zeros beside/${name}`)() >>> 30 === 0;
  const halved = (values: Float32Array) => values.map((value) => (none || next() >>> 31 ? 0 : value));
  const data = {
    x: halved(inputs.x),
    filter: halved(inputs.filter),
    dy: halved(inputs.dy),
    [name]: inputs[name].slice(),
  };
  const at = [next(), next()].map((drawn) => drawn % data[name].length);
  data[name][at[0]] = Number.POSITIVE_INFINITY;
  data[name][at[1]] = Number.NaN;
  return {inputs: data, at, expected: reference(problem, data)};
}

/**
 * Which outputs without such a term an Inf or NaN may reach as well:
 * - `taps`: none.
 * - `padded`: zeros stand for pixels that x or dy does not have, beyond the border or in the gaps of a stride. They meet the other operand
 *   as 0·Inf = NaN. In y and dx the other operand is the filter, whose weight reaches all outputs of its channel. In dFilter it is the
 *   pixels of the other image. A pixel itself meets true weights only.
 * - `tile`: a pixel also meets the weights of the tiles that see it, so it reaches one pixel less than the size of a tile further. It
 *   reaches any output where no such size is known.
 * - `undeclared`: all outputs in the same image.
 */
export function mayReach(
  problem: Problem,
  pass: Pass,
  name: keyof Inputs,
  at: readonly number[],
  footprint: Algorithm['footprint'] | 'undeclared',
  tile?: readonly [height: number, width: number],
): (index: number) => boolean {
  if (footprint === 'taps') return () => false;
  if (footprint === 'undeclared') return ofSameImages(problem, pass, name, at);
  if (footprint === 'tile' && !tile) return () => true;
  const {inChannels: C, outChannels: F, kind} = problem;
  const inOf = (weight: number) =>
    kind === 'depthwise' ? Math.floor((weight % F) / (F / C)) : Math.floor(weight / F) % C;
  const outOf = (weight: number) => weight % F; // depthwise too: a tap of the filter has C·M weights, one for each output channel
  switch (`${pass}/${name}` as const) {
    case 'forward/filter':
      return (index) => at.some((weight) => outOf(weight) === index % F);
    case 'backpropInput/filter':
      return (index) => at.some((weight) => inOf(weight) === index % C);
    case 'backpropFilter/dy':
      return (index) => at.some((pixel) => pixel % F === outOf(index));
    case 'backpropFilter/x':
      return (index) => at.some((pixel) => pixel % C === inOf(index));
    default:
      return tile ? nearby(problem, pass, at, tile) : () => false;
  }
}

/** Selects the outputs in the images of these elements; all outputs, where the input or the output has no images. */
function ofSameImages(
  problem: Problem,
  pass: Pass,
  name: keyof Inputs,
  at: readonly number[],
): (index: number) => boolean {
  if (name === 'filter' || pass === 'backpropFilter') return () => true;
  const info = problemInfo(problem);
  const [from, to] = [sizeOf(info, name), sizeOf(info, passTensors[pass].output)].map((size) => size / problem.batch);
  return (index) => at.some((place) => Math.floor(place / from) === Math.floor(index / to));
}

/**
 * Selects the outputs of tiles that see one of the pixels: outputs whose window holds it, and others as far around them as a tile reaches.
 * The stride is 1.
 */
function nearby(
  problem: Problem,
  pass: Pass,
  at: readonly number[],
  [height, width]: readonly [number, number],
): (index: number) => boolean {
  const info = problemInfo(problem);
  const forward = pass === 'forward';
  const [from, to] = [shapeOf(info, forward ? 'x' : 'dy'), shapeOf(info, forward ? 'y' : 'dx')];
  const [down, right] = [(info.filterHeight - 1) * info.dilationHeight, (info.filterWidth - 1) * info.dilationWidth];
  // The window of y[h] begins at x[h − padTop]; for dx it is the other way round.
  const [top, left] = forward ? [info.padTop - down, info.padLeft - right] : [-info.padTop, -info.padLeft];
  return (index) =>
    at.some((place) => {
      const [pixel, output] = [pixelOf(place, from), pixelOf(index, to)];
      const isNear = (axis: 1 | 2, first: number, span: number, size: number) =>
        output[axis] > pixel[axis] + first - size && output[axis] < pixel[axis] + first + span + size;
      return pixel[0] === output[0] && isNear(1, top, down, height) && isNear(2, left, right, width);
    });
}

/** Image, row and column of an element. */
function pixelOf(index: number, [, height, width, channels]: readonly number[]): [number, number, number] {
  const pixel = Math.floor(index / channels);
  const row = Math.floor(pixel / width);
  return [Math.floor(row / height), row % height, pixel % width];
}
