import type {Tensor} from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import {ConvgradError} from '../../geometry/error.js';
import {drawIntegers} from './draw.js';
import {type FunctionUnderTest, type TensorFunction, tapeGradients, wrapFunction} from './functionUnderTest.js';
import type {GradientReport, OrderReport} from './gradientReport.js';
import {inspectGradients} from './inspectGradients.js';
import {type GradientOptions, resolveOptions} from './options.js';
import {summaryOf} from './summaryOf.js';
import {firstNonFinite, sizeOf} from './vector.js';

/** The tensors that f takes: a list, or a single tensor. */
export type GradientInputs = Tensor | readonly Tensor[];

/** A function of those tensors. */
export type FunctionOf<T extends GradientInputs> = T extends readonly Tensor[]
  ? (...inputs: [...T]) => Tensor
  : T extends Tensor
    ? (input: T) => Tensor
    : never;

/**
 * Compares the gradients that tfjs's tape computes for f with finite differences of f itself, on the active backend. It does so along
 * single coordinates (all or a sample), and along random directions through all of them, weighted by a random signed dy.
 *
 * If f is linear in each of its inputs (a convolution, a matrix product), small integers take the place of the inputs' values. This is
 * tested. Differences are then exact, and the comparison is ===. Otherwise differences are taken at the inputs' values, and the comparison
 * allows for what f's rounding, its bends and its kinks can explain. A gradient is called wrong only if none of that explains it. It passes
 * only if the evidence covers every coordinate that is not at a kink, and would show a factor of 1.001. Otherwise the report says what to
 * do.
 *
 * The function reads the inputs, disposes of none of the caller's tensors and leaves no tensors behind. The same seed gives the same
 * report.
 *
 * @param f any function of float32 tensors that returns one float32 tensor; it is called many times
 * @throws ConvgradError on inputs, options or an f that cannot be checked; what is wrong with the gradients is in the report
 */
export async function checkGradients<const T extends GradientInputs>(
  f: FunctionOf<T>,
  inputs: T,
  options: GradientOptions = {},
): Promise<GradientReport> {
  const resolved = resolveOptions(options);
  if (typeof f !== 'function') refuse(`f must be a function; got ${typeof f}.`);
  const tensors = checkedInputs(inputs);
  const shapes = tensors.map(({shape}) => shape);
  const values = (await Promise.all(tensors.map((tensor) => tensor.data()))) as Float32Array[];
  for (const [k, data] of values.entries()) {
    const bad = firstNonFinite(data);
    if (bad >= 0) refuse(`input ${k} is ${data[bad]} at ${bad}; it must be finite.`);
  }
  const tested = await wrapFunction(f as TensorFunction, shapes, values);
  const report: Omit<GradientReport, 'summary'> = {
    ...(await inspectGradients({tested, values, options: resolved, unreached: 'fault'})),
    seed: resolved.seed,
    backend: tf.getBackend(),
  };
  if (resolved.order === 2) {
    report.secondOrder =
      report.problems.length > 0
        ? {
            ...report,
            passed: false,
            inputs: [],
            directions: [],
            problems: ['not checked: there is no first gradient'],
          }
        : await inspectSecondOrder(tested, values, resolved);
    report.passed &&= report.secondOrder.passed;
  }
  return {...report, summary: summaryOf(report)};
}

/**
 * Inspects the gradient as a function like any other. It is a function of the inputs and of dy: it depends on dy too when it is part of a
 * larger gradient. A gradient that takes dy off the tape is right at first order only.
 */
async function inspectSecondOrder(
  {f, shapes, outputShape}: FunctionUnderTest,
  values: readonly Float32Array[],
  options: Required<GradientOptions>,
): Promise<OrderReport> {
  const dy = drawIntegers(sizeOf(outputShape), 4, `${options.seed}/second order`);
  const gradient: TensorFunction = (...all) => {
    const [xs, dy] = [all.slice(0, -1), all[all.length - 1]];
    const found = tapeGradients(f, xs, dy);
    return tf.concat(found.map((dx, k) => tf.reshape(dx ?? tf.zerosLike(xs[k]), [-1])));
  };
  const tested = await wrapFunction(gradient, [...shapes, outputShape], [...values, dy]);
  // If the gradient does not depend on an input, the tape is right not to reach it.
  return inspectGradients({tested, values: [...values, dy], options, unreached: 'zero'});
}

function checkedInputs(inputs: GradientInputs): readonly Tensor[] {
  const tensors = inputs instanceof tf.Tensor ? [inputs] : inputs;
  if (!Array.isArray(tensors) || tensors.length === 0) refuse('inputs must be a tensor or a list of one or more.');
  for (const [k, tensor] of (tensors as readonly unknown[]).entries()) {
    if (!(tensor instanceof tf.Tensor)) refuse(`input ${k} must be a tensor; got ${typeof tensor}.`);
    if (tensor.isDisposed) refuse(`input ${k} is disposed.`);
    if (tensor.dtype !== 'float32')
      refuse(`input ${k} is ${tensor.dtype}; gradients flow through float32 only. Close f over other tensors.`);
    if (tensor.size === 0) refuse(`input ${k} is empty, of shape [${tensor.shape}].`);
  }
  return tensors;
}

function refuse(problem: string): never {
  throw new ConvgradError('checkGradients', problem);
}
