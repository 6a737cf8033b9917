import type {Tensor, Tensor4D} from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import {backendNamed} from '../../backends/index.js';
import {loadEquipment} from '../../backends/loadEquipment.js';
import type {TestEquipment} from '../../backends/testEquipment.js';
import type {Pass} from '../../geometry/pass.js';
import {type Problem, problemAttributes} from '../../geometry/problem.js';
import {isStridedAndDilated} from '../../plugin/builtinFault.js';
import {conv2d} from '../../plugin/conv2d.js';
import {toNCHW, toNHWC} from '../data/dataFormat.js';
import {awaitReads, makeTensor} from '../provenance/makeTensor.js';
import {type Provenance, uniformProvenance} from '../provenance/provenance.js';
import type {Actual} from '../reference/compare.js';
import {isFused} from '../reference/fusedReference.js';
import {type AllInputs, type Inputs, tensorShapes} from '../reference/reference.js';
import {type Attributes, convolveFused, type EpilogueInputTensors, epilogueInputTensors} from './convolveFused.js';
import {changeByLaterCall, observeSideEffects, overwriteAndDispose} from './sideEffects.js';
import {type EarlierCall, type SurroundingCalls, tensorsBefore} from './surroundingCalls.js';

/** What one pass computed, and how long it took. */
export interface PassResult {
  got: Actual;
  /**
   * The time of this pass alone, including reading the result back. Where a read cannot wait for the device, the time of a gradient also
   * includes what is left to do of the forward pass.
   */
  milliseconds: number;
  /**
   * The inputs as they are after the run, where they were read back. By then, a result that is a tensor was overwritten and disposed of.
   */
  inputsAfter?: AllInputs;
  /** The fault in how the call behaved, where `readBack` asked for that and found one. The inputs are then not read. */
  sideEffect?: string;
  /** The content of the unused lanes of the result's texture, where `poison` asked for it; zeros where they are empty. */
  unusedLanes?: Float32Array;
}

export interface RunOptions {
  /** Whether the run watches side effects and reads the inputs back afterwards. */
  readBack?: boolean;
  /** Where side effects are watched: how many later calls the result must outlive; 1 by default. */
  laterCalls?: number;
  /** Where the inputs come from; uploaded by default. */
  provenance?: Provenance;
  /** How often it runs with the same filter; the result of the last run counts. Once by default. */
  times?: number;
  /**
   * Puts NaN into the unused lanes of the inputs' memory and reads those of the result's, or fills the memory of results with NaN before,
   * as the backend's test equipment can.
   */
  poison?: boolean;
  /** Whether the memory is full when the pass begins, so that its result makes the memory grow, where the backend's test equipment can do that. */
  full?: boolean;
  /** The other calls around it; none by default. */
  surrounding?: SurroundingCalls;
  /** The attributes to call tfjs's function with; the problem's own by default. */
  attributes?: Attributes;
}

/** Runs the synchronous part of a call. @param other the call, where it is not the judged one */
export type Around = <T>(fn: () => T, other?: SurroundingCalls['before']) => T;

/**
 * Runs one pass the way a user's program does. y comes from `tf.conv2d` or `tf.depthwiseConv2d`, or from their fused namesakes where there
 * is an epilogue. Gradients come from tfjs's tape over it.
 *
 * @param around called with the synchronous part, to choose and to watch the kernels that run
 */
export async function runPass(
  problem: Problem,
  inputs: AllInputs,
  pass: Pass,
  around: Around,
  {
    readBack = false,
    laterCalls = 1,
    provenance,
    times = 1,
    poison = false,
    full = false,
    surrounding = {},
    attributes,
  }: RunOptions = {},
): Promise<PassResult> {
  const backend = tf.getBackend();
  const equipment = await loadEquipment(backend);
  const {unusedLanes, poisonResults, poisonsBehind}: Partial<TestEquipment> = poison ? equipment : {};
  const tensors = await tensorsFrom(problem, inputs, provenance);
  const poisoned =
    unusedLanes?.poison ??
    (poisonsBehind && poisonResults
      ? (tensor: Tensor4D) => poisonResults(() => tf.mul<Tensor4D>(tensor, 1))
      : undefined);
  let {x, filter, dy} = poisoned ? replaced(tensors, poisoned) : tensors;
  const epilogueInputs = epilogueInputTensors(problem, inputs);
  let result: Tensor | undefined;
  try {
    let start = performance.now();
    let release = () => {};
    const fill = () => {
      release = equipment.fillMemory?.(tf.backend()) ?? release;
    };
    /**
     * Waits for the forward pass, so that its time does not count as the gradient's. A tape cannot wait where a read cannot.
     */
    const recorded = <T extends Tensor>(y: T): T => {
      if (backendNamed(backend)?.reads !== 'data') y.dataSync();
      if (full) fill();
      start = performance.now();
      return y;
    };
    const compute =
      (asked: Pass, of = {x, filter, dy}) =>
      () => {
        if (asked !== 'forward')
          return gradientOf(problem, asked, of, epilogueInputs, recorded, surrounding, attributes);
        if (full) fill();
        return forwardOf(problem, of, epilogueInputs, surrounding, attributes);
      };
    for (let before = 1; before < times; before++) {
      tf.dispose([x, dy, around(compute(pass))]);
      const {filter: another, ...images} = await tensorsFrom(problem, inputs, provenance);
      another.dispose();
      ({x, dy} = images);
    }
    if (surrounding.before) ({x, filter, dy} = callBefore({x, filter, dy}, epilogueInputs, surrounding.before, around));
    const run = () => around(poisonResults ? () => poisonResults(compute(pass)) : compute(pass));
    if (readBack || full) [x, filter, dy].forEach(moveToBackend);
    let seen: {result: Tensor; sideEffect?: string | undefined};
    try {
      seen = readBack ? observeSideEffects({x, filter, dy, ...epilogueInputs}, run) : {result: run()};
    } finally {
      release();
    }
    result = seen.result;
    const values = await readResult(result, backend);
    const milliseconds = performance.now() - start;
    const ran = {got: inNHWC(problem, pass === 'backpropFilter', values, result.shape), milliseconds};
    if (unusedLanes) return {...ran, unusedLanes: await readUnused(unusedLanes.read(result as Tensor4D))};
    if (!readBack) return ran;
    const later = (of: Record<keyof Inputs, Tensor4D>) => around(compute(pass, of));
    const sideEffect = seen.sideEffect ?? (await changeByLaterCall(result, pass, {x, filter, dy}, later, laterCalls));
    if (sideEffect !== undefined) return {...ran, sideEffect};
    overwriteAndDispose(result);
    const after = async (tensor: Tensor4D, isFilter = false) =>
      inNHWC(problem, isFilter, (await tensor.data()) as Float32Array, tensor.shape).values;
    const read = Object.entries(epilogueInputs).map(async ([name, tensor]) => [
      name,
      (await tensor.data()) as Float32Array,
    ]);
    const besideAfter = Object.fromEntries(await Promise.all(read));
    const images = {x: await after(x), filter: await after(filter, true), dy: await after(dy)};
    return {...ran, inputsAfter: {...images, ...besideAfter}};
  } finally {
    tf.dispose([x, filter, dy, ...Object.values(epilogueInputs), ...(result ? [result] : [])]);
  }
}

/** Copies the values of a result; at once where the backend allows that, as the next kernel of a program would. @throws Error unless it is float32 */
async function readResult(result: Tensor, backend: string): Promise<Float32Array> {
  if (result.dtype !== 'float32') throw new Error(`the result is of type ${result.dtype}, and must be float32`);
  const isAtHand = backendNamed(backend)?.reads === 'memory';
  return isAtHand ? result.dataSync<'float32'>().slice() : ((await result.data()) as Float32Array).slice();
}

/** The forward pass, beside the given calls. */
function forwardOf(
  problem: Problem,
  {x, filter}: Pick<Record<keyof Inputs, Tensor4D>, 'x' | 'filter'>,
  beside: EpilogueInputTensors,
  {recorded}: SurroundingCalls,
  attributes?: Attributes,
): Tensor4D {
  if (!recorded) return convolve(problem, x, filter, beside, false, attributes);
  let y: Tensor4D | undefined;
  // The tape takes the gradient of something else, since only the forward pass is judged.
  const other = tf.grad((of) => {
    y = tf.keep(convolve(problem, of as Tensor4D, filter, beside, true, attributes));
    return tf.sum(of);
  })(x);
  other.dispose();
  return y!;
}

/** The gradient of a convolution by x or by filter, taken beside the given calls. */
function gradientOf(
  problem: Problem,
  pass: Exclude<Pass, 'forward'>,
  {x, filter, dy}: Record<keyof Inputs, Tensor4D>,
  beside: EpilogueInputTensors,
  recorded: <T extends Tensor>(y: T) => T,
  {between, both}: SurroundingCalls,
  attributes?: Attributes,
): Tensor {
  const y = (a: Tensor, b: Tensor) => convolve(problem, a as Tensor4D, b as Tensor4D, beside, true, attributes);
  const byFilter = pass === 'backpropFilter';
  const index = both && byFilter ? 1 : 0;
  return tf.tidy(() => {
    if (both) return tf.valueAndGrads((a, b) => recorded(y(a, b)))([x, filter], dy).grads[index];
    const own = (v: Tensor) => (byFilter ? y(x, v) : y(v, filter));
    const of = byFilter ? filter : x;
    if (!between) return tf.valueAndGrad((v: Tensor) => recorded(own(v)))(of, dy).grad;
    const other = {x: tf.tensor4d(between.x, x.shape), filter: tf.tensor4d(between.filter, filter.shape)};
    const others = (w: Tensor) => (byFilter ? y(other.x, w) : y(w, other.filter));
    const sum = (v: Tensor, w: Tensor) => recorded(tf.add(own(v), others(w)));
    return tf.valueAndGrads(sum)([of, byFilter ? other.filter : other.x], dy).grads[index];
  });
}

/** Runs the call that comes before the judged one. @returns the tensors of the judged one */
function callBefore(
  own: Record<keyof Inputs, Tensor4D>,
  beside: EpilogueInputTensors,
  before: EarlierCall,
  around: Around,
): Record<keyof Inputs, Tensor4D> {
  const {tensors, made} = tensorsBefore(own, before);
  const {problem, pass, changed = {}, makes} = before;
  const others = Object.entries(beside).map(([name, tensor]) => {
    const values = changed[name as keyof EpilogueInputTensors];
    if (!values) return [name, tensor];
    const other = tf.tensor(values, tensor.shape);
    made.push(other);
    return [name, other];
  });
  const besideBefore: EpilogueInputTensors = Object.fromEntries(others);
  try {
    const compute = () =>
      pass === 'forward'
        ? forwardOf(problem, tensors, besideBefore, {})
        : gradientOf(problem, pass, tensors, besideBefore, (y) => y, {});
    const result = around(compute, before);
    made.push(result);
    if (!makes) return own;
    made.push(own[makes]);
    return {...own, [makes]: tf.reshape(result, own[makes].shape)};
  } finally {
    tf.dispose(made);
  }
}

/**
 * Whether `tf.conv2d` refuses the problem before any kernel runs. convgrad's own function takes such a problem. `tf.depthwiseConv2d` leaves
 * refusals to kernels.
 */
export function isRefusedByTf(problem: Problem): boolean {
  return problem.kind !== 'depthwise' && isStridedAndDilated(problem);
}

/** Runs the convolution as a user's program does. @param isRecorded whether a tape records it */
export function convolve(
  problem: Problem,
  x: Tensor4D,
  filter: Tensor4D,
  epilogueInputs: EpilogueInputTensors = {},
  isRecorded = false,
  attributes: Attributes = problemAttributes(problem),
): Tensor4D {
  if (isFused(problem)) return convolveFused(problem, x, filter, epilogueInputs, isRecorded, attributes);
  const {strides, pad, dataFormat, dilations, dimRoundingMode} = attributes;
  if (isRefusedByTf(problem)) return conv2d(x, filter, strides, pad, dataFormat, dilations, dimRoundingMode);
  const ask = problem.kind === 'depthwise' ? tf.depthwiseConv2d : tf.conv2d;
  return ask(x, filter, strides, pad as 'same', dataFormat, dilations, dimRoundingMode);
}

/**
 * The inputs as tensors of copies. On cpu a tensor keeps the array that it is made of, and a kernel may write into it.
 * @param provenance where they come from; uploaded by default
 */
export function inputTensors(
  problem: Problem,
  inputs: Inputs,
  provenance: Provenance = uniformProvenance('uploaded'),
): Record<keyof Inputs, Tensor4D> {
  const shapes = tensorShapes(problem);
  const isNCHW = problem.dataFormat === 'NCHW';
  const [n, h, w, c] = shapes.x;
  const [images, rows, columns, channels] = shapes.dy;
  const memory = {
    x: isNCHW ? toNCHW(inputs.x, shapes.x) : inputs.x,
    dy: isNCHW ? toNCHW(inputs.dy, shapes.dy) : inputs.dy,
  };
  const x = makeTensor(provenance.x, memory.x, isNCHW ? [n, c, h, w] : shapes.x);
  const sharing = (tensor: 'filter' | 'dy', values: Float32Array, shape: Shape) =>
    provenance[tensor] === 'shared' && isSame(values, memory.x)
      ? (tf.reshape(x, shape) as Tensor4D)
      : makeTensor(provenance[tensor], values, shape);
  const filter = sharing('filter', inputs.filter, shapes.filter);
  const dy = sharing('dy', memory.dy, isNCHW ? [images, channels, rows, columns] : shapes.dy);
  return {x, filter, dy};
}

type Shape = [number, number, number, number];

/** Makes the input tensors, and waits until all of them are what their provenance says. */
export async function tensorsFrom(
  problem: Problem,
  inputs: Inputs,
  provenance?: Provenance,
): Promise<Record<keyof Inputs, Tensor4D>> {
  const tensors = inputTensors(problem, inputs, provenance);
  if (provenance) await awaitReads(tensors, provenance);
  return tensors;
}

function isSame(a: Float32Array, b: Float32Array): boolean {
  return a.length === b.length && a.every((value, i) => Object.is(value, b[i]));
}

/** The tensors made by `make` from these, which are disposed of. */
function replaced(
  {x, filter, dy}: Record<keyof Inputs, Tensor4D>,
  make: (tensor: Tensor4D) => Tensor4D,
): Record<keyof Inputs, Tensor4D> {
  const others = {x: make(x), filter: make(filter), dy: make(dy)};
  tf.dispose([x, filter, dy]);
  return others;
}

/** Makes tfjs move a tensor of another backend here, as the first kernel that reads it would. */
function moveToBackend(tensor: Tensor4D): void {
  tf.clone(tensor).dispose();
}

async function readUnused(lanes: Tensor4D): Promise<Float32Array> {
  try {
    return (await lanes.data()) as Float32Array;
  } finally {
    lanes.dispose();
  }
}

/** A tensor in the problem's data format, from values and a shape in NHWC order. */
export function imageTensor(
  problem: Problem,
  values: Float32Array,
  shape: readonly [number, number, number, number],
): Tensor4D {
  const [n, h, w, c] = shape;
  return problem.dataFormat === 'NHWC'
    ? tf.tensor4d(values.slice(), [n, h, w, c])
    : tf.tensor4d(toNCHW(values, shape), [n, c, h, w]);
}

/** Converts values that were read from a tensor to NHWC order. A result without four axes stays as it is; the comparison reports that. */
export function inNHWC(
  problem: Problem,
  isFilter: boolean,
  values: Float32Array,
  shape: number[],
): Actual & {values: Float32Array} {
  if (problem.dataFormat === 'NHWC' || isFilter || shape.length !== 4) return {values, shape};
  const [n, c, h, w] = shape;
  return {values: toNHWC(values, [n, h, w, c]), shape: [n, h, w, c]};
}
