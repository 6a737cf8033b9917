import type {Tensor} from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type {Arithmetic} from '../../backends/arithmetic.js';
import {arithmeticOf, backendNamed} from '../../backends/index.js';
import {ConvgradError} from '../../geometry/error.js';

/** A tf function without its exact types. */
export type TensorFunction = (...inputs: Tensor[]) => Tensor;

/** The gradients that the tape computes. */
export interface TapeGradients {
  /** One for each input; undefined if the tape does not lead from the output to the input. */
  gradients: (Float32Array | undefined)[];
  /** What `tf.grads` throws if there is such an input. */
  refusal?: string;
}

/** The function under test on plain arrays. Leaves no tensors behind. */
export interface FunctionUnderTest {
  f: TensorFunction;
  shapes: readonly (readonly number[])[];
  outputShape: readonly number[];
  /** How the active backend rounds. */
  arithmetic: Arithmetic;
  /** @throws ConvgradError when f throws, or returns anything but a float32 tensor of the same shape as before */
  evaluate(values: readonly Float32Array[]): Promise<Float32Array>;
  /** Evaluates f again at a point with a known result. @throws ConvgradError when the result differs now */
  repeat(values: readonly Float32Array[], known: Float32Array): Promise<void>;
  /**
   * The gradients of ⟨f, dy⟩ by tfjs's tape.
   * @throws Error, whatever tfjs says, when the tape cannot go backward
   */
  gradients(values: readonly Float32Array[], dy: Float32Array): Promise<TapeGradients>;
}

/**
 * How often f is called to see whether it is random. A change that happens in 5% of the calls is missed once in 170 times. With more than
 * `numbers` / `repeats` elements, f is called less often.
 */
const repeats = 100;
const numbers = 2e6;

/**
 * Wraps f and checks what it returns for the values.
 * @throws ConvgradError when f throws, returns anything but a float32 tensor, or returns something else the second time
 */
export async function wrapFunction(
  f: TensorFunction,
  shapes: readonly (readonly number[])[],
  values: readonly Float32Array[],
): Promise<FunctionUnderTest> {
  const inputs = (values: readonly Float32Array[]) => values.map((data, i) => tf.tensor(data, [...shapes[i]]));
  const read = async (make: () => Tensor[]) => {
    const tensors = tf.tidy(make);
    try {
      return (await Promise.all(tensors.map((tensor) => tensor.data()))) as Float32Array[];
    } finally {
      tf.dispose(tensors);
    }
  };
  let outputShape: readonly number[] | undefined;
  const evaluate = async (values: readonly Float32Array[]) => {
    const [output] = await read(() => {
      const y = call(f, inputs(values));
      if (outputShape && y.shape.join() !== outputShape.join())
        throw new UnstableFunctionError(
          `f returns a tensor of shape [${y.shape}] for some values and of [${outputShape}] for others; its shape must not depend on values.`,
        );
      outputShape = y.shape;
      return [y];
    });
    return output;
  };
  const repeat = async (values: readonly Float32Array[], known: Float32Array) => {
    const again = await evaluate(values);
    const different = known.findIndex((value, i) => !Object.is(value, again[i]));
    if (different >= 0)
      throw new UnstableFunctionError(
        `f is random: element ${different} was ${known[different]} and then ${again[different]} for the same inputs; fix its seed.`,
      );
  };
  const once = await evaluate(values);
  if (once.length === 0)
    refuse(`f returns an empty tensor, of shape [${outputShape}]; there is nothing to differentiate.`);
  const size = once.length + values.reduce((sum, {length}) => sum + length, 0);
  for (let nth = 0; nth < Math.max(1, Math.min(repeats, numbers / size)); nth++) await repeat(values, once);
  const shape = outputShape!;
  return {
    f,
    shapes,
    outputShape: shape,
    arithmetic: activeArithmetic(),
    evaluate,
    repeat,
    async gradients(values, dy) {
      const connected: boolean[] = [];
      let refusal: string | undefined;
      const found = await read(() => {
        const xs = inputs(values);
        const weights = tf.tensor(dy, [...shape]);
        const grads = tapeGradients(f, xs, weights);
        if (grads.includes(undefined)) refusal = errorOf(() => withCleanTape(f, (f) => tf.grads(f)(xs, weights)));
        for (const [i, grad] of grads.entries()) {
          connected[i] = grad !== undefined;
          if (grad && grad.dtype !== 'float32')
            throw new Error(`it is ${grad.dtype} for input ${i}; it must be float32`);
          if (grad && grad.shape.join() !== shapes[i].join())
            throw new Error(`its shape for input ${i} is [${grad.shape}]; it must be [${shapes[i]}]`);
        }
        return grads.filter((grad) => grad !== undefined);
      });
      return {gradients: connected.map((there) => (there ? found.shift() : undefined)), refusal};
    },
  };
}

/** Does what `tf.grads` does, except for inputs that the tape does not reach: these get undefined, and the others get their gradients. */
export function tapeGradients(f: TensorFunction, xs: Tensor[], dy: Tensor): (Tensor | undefined)[] {
  return withCleanTape(f, (f) => tf.engine().gradients(() => f(...xs), xs, dy, true).grads);
}

/**
 * Disposes of the tensors that tfjs's tape leaves behind when a gradient throws. tfjs has one tape at a time. A gradient taken inside
 * another one (`tf.grads` in a gradFunc) replaces the outer tape, after which the outer gradient throws. So this function remembers the
 * outer tape.
 */
function withCleanTape<T>(f: TensorFunction, differentiate: (f: TensorFunction) => T): T {
  const {state} = tf.engine();
  const outermost = state.gradientDepth === 0;
  const tapes = new Set<typeof state.activeTape>();
  try {
    return differentiate((...xs) => {
      tapes.add(state.activeTape);
      return f(...xs);
    });
  } catch (error) {
    if (outermost) {
      tapes.add(state.activeTape);
      for (const tape of tapes) for (const node of tape ?? []) tf.dispose(node.saved ?? []);
    }
    throw error;
  }
}

function call(f: TensorFunction, inputs: Tensor[]): Tensor {
  let y: unknown;
  try {
    y = f(...inputs);
  } catch (error) {
    refuse(`f throws: ${messageOf(error)}`);
  }
  if (y instanceof Promise) {
    y.catch(() => {});
    refuse('f returns a promise; it must return its tensor at once, since the tape sees only what happens before.');
  }
  if (!(y instanceof tf.Tensor))
    refuse(`f must return one tensor; it returns ${Array.isArray(y) ? 'an array' : y === null ? 'null' : typeof y}.`);
  if (y.dtype !== 'float32') refuse(`f returns a tensor of ${y.dtype}; gradients flow through float32 only.`);
  return y;
}

function activeArithmetic(): Arithmetic {
  const backend = tf.getBackend();
  return arithmeticOf(backend, backendNamed(backend)?.float16?.isStored());
}

function errorOf(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** The message of an error, on one line. */
export function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ').trim();
}

/** Says that f is not one function: its results, or their shape, change. */
export class UnstableFunctionError extends ConvgradError {
  constructor(problem: string) {
    super('checkGradients', problem);
  }
}

function refuse(problem: string): never {
  throw new ConvgradError('checkGradients', problem);
}
