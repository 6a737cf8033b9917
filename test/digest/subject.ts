import * as tf from '@tensorflow/tfjs';
import {conv2d, depthwiseConv2d, explain, install, type Pass, type Problem} from 'tfjs-convgrad';
import {formatProblem, parseProblem, problemAttributes, problemShapes} from '../../src/geometry/problem.js';

/** A hash of the bits of each result, by its name: y, dx, dFilter, dBias. */
export type Hashes = Record<string, string>;

/** Makes a backend active. @returns convgrad's algorithms there */
export async function prepare(backend: string): Promise<string[]> {
  if (!(await tf.setBackend(backend).catch(() => false))) throw new Error(`backend '${backend}' is not available here`);
  await tf.ready();
  install({threads: 1});
  const problems = ['ih4iw4ic2oc2kh3kw3-same', 'ih4iw4ic2oc2kh3kw3-same-nhwc-depthwise'];
  const names = problems.flatMap((problem) =>
    explain(problem, {backends: [backend]}).backends[0]!.passes.flatMap(({algorithm, others}) => [
      algorithm,
      ...others.map((other) => other.algorithm),
    ]),
  );
  return [...new Set(names)].filter((name) => name !== undefined && name !== 'builtin').sort() as string[];
}

/** What an algorithm computes for a problem: the passes that it runs itself. */
export async function hashesOf(algorithm: string, text: string): Promise<Hashes> {
  const problem = parseProblem(text);
  const backend = tf.getBackend();
  const {passes} = explain(formatProblem(problem), {backends: [backend], algorithm}).backends[0]!;
  const runs = (pass: Pass) => passes.some((one) => one.pass === pass && one.algorithm === algorithm);
  const wanted = {y: runs('forward'), dx: runs('backpropInput'), dFilter: runs('backpropFilter')};
  // With an activation, gradients depend on the forward pass, which another algorithm would round differently.
  if (problem.epilogue && !wanted.y) return {};
  if (!Object.values(wanted).includes(true)) return {};
  install({algorithm, threads: 1});
  const results = tf.tidy(() => {
    const {x, filter, bias, slopes, dy} = inputsOf(problem, text);
    const beside = [bias, slopes].filter((tensor) => tensor !== undefined);
    const f = (...[x, filter, ...others]: tf.Tensor[]) =>
      convolve(problem, x as tf.Tensor4D, filter as tf.Tensor4D, bias && others[0], slopes && others.at(-1));
    const {value, grads} = tf.valueAndGrads(f)(
      [x, filter, ...beside],
      dy(f(x, filter, ...beside).shape) as tf.Tensor4D,
    );
    const [dx, dFilter, ...others] = grads;
    return {
      ...(wanted.y ? {y: value} : {}),
      ...(wanted.dx ? {dx} : {}),
      ...(wanted.dFilter ? {dFilter} : {}),
      ...(bias ? {dBias: others[0]!} : {}),
    } as Record<string, tf.Tensor>;
  });
  const hashes: Hashes = {};
  for (const [name, result] of Object.entries(results))
    hashes[name] = hashOf(bitsOf((await result.data()) as Float32Array));
  tf.dispose(results);
  return hashes;
}

function convolve(
  problem: Problem,
  x: tf.Tensor4D,
  filter: tf.Tensor4D,
  bias: tf.Tensor | undefined,
  preluActivationWeights: tf.Tensor | undefined,
): tf.Tensor4D {
  const {strides, pad, dataFormat, dilations, dimRoundingMode} = problemAttributes(problem);
  const isDepthwise = problem.kind === 'depthwise';
  if (!problem.epilogue) {
    const ask = isDepthwise ? depthwiseConv2d : conv2d;
    return ask(x, filter, strides, pad, dataFormat, dilations, dimRoundingMode);
  }
  const {activation, leakyreluAlpha} = problem.epilogue;
  const ask = isDepthwise ? tf.fused.depthwiseConv2d : tf.fused.conv2d;
  return ask({
    ...{x, filter, strides, dataFormat, dilations, pad: pad as 'same', activation},
    ...(dimRoundingMode ? {dimRoundingMode} : {}),
    ...(bias ? {bias} : {}),
    ...(preluActivationWeights ? {preluActivationWeights} : {}),
    ...(leakyreluAlpha === undefined ? {} : {leakyreluAlpha}),
  });
}

/** Tensors drawn from the problem text, with full float32 mantissas. */
function inputsOf(problem: Problem, text: string) {
  const {xShape, filterShape} = problemShapes(problem);
  const random = generator(text);
  const make = (shape: number[]) => {
    const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
    return tf.tensor(
      values.map(() => random() * 2 - 1),
      shape,
    );
  };
  const {bias, activation} = problem.epilogue ?? {};
  return {
    x: make(xShape),
    filter: make(filterShape),
    bias: bias === undefined ? undefined : make([problem.outChannels]),
    slopes: activation === 'prelu' ? make([problem.outChannels]) : undefined,
    dy: make,
  };
}

/** Numbers in [0, 1) drawn from a text: the upper bits of a linear congruential generator. */
function generator(text: string): () => number {
  let state = [...text].reduce((sum, letter) => (Math.imul(sum, 31) + letter.charCodeAt(0)) >>> 0, 7);
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) / 2 ** 24;
  };
}

/** The bits of floats, with one canonical NaN. */
export function bitsOf(values: Float32Array): Uint32Array {
  return new Uint32Array(values.map((value) => (Number.isNaN(value) ? Number.NaN : value)).buffer);
}

/** Two 32-bit FNV-1a hashes over the halves of words. */
export function hashOf(words: Uint32Array): string {
  let [one, other] = [0x811c9dc5, 0x050c5d1f];
  for (const word of words) {
    one = Math.imul(Math.imul(one ^ (word & 0xffff), 0x1000193) ^ (word >>> 16), 0x1000193);
    other = Math.imul(Math.imul(other ^ (word >>> 16), 0x1000193) ^ (word & 0xffff), 0x1000193) ^ (other >>> 15);
  }
  return [one, other].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
}
