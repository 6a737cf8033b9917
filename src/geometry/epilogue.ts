/** The activations that tfjs fuses into a convolution: y ← activation(y + bias). */
export const activations = ['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'prelu', 'leakyrelu'] as const;
export type Activation = (typeof activations)[number];

/**
 * The shape of a bias or of prelu's slopes, relative to y [n, h, w, c] in NHWC. Each letter is an axis, counted from the last.
 * `1` is an axis that is repeated. `c` is a vector with one value for each channel, in either data format. `hw1` is [h, w, 1].
 * The empty text is a scalar.
 */
export type Axes = string;

/** The epilogue of a fused convolution as plain numbers: part of a problem. */
export interface ProblemEpilogue {
  activation: Activation;
  /** The shape of the bias. Without it, there is no bias. */
  bias?: Axes | undefined;
  /** The shape of prelu's slopes. */
  slopes?: Axes | undefined;
  /** The slope of leakyrelu below zero. Without it, tfjs's default applies. */
  leakyreluAlpha?: number | undefined;
}

/**
 * Returns the words of a problem string for an epilogue: `bias`, `relu`, `biasn11c-prelu0`, `leakyrelu0.3`, or `linear` without
 * bias and activation.
 */
export function formatEpilogue({activation, bias, slopes, leakyreluAlpha}: ProblemEpilogue): string[] {
  const words = bias === undefined ? [] : [`bias${formatAxes(bias)}`];
  if (activation === 'linear') return words.length > 0 ? words : ['linear'];
  const after = activation === 'prelu' ? formatAxes(slopes ?? 'c') : (leakyreluAlpha ?? '');
  return [...words, `${activation}${after}`];
}

/** Reads one word of a problem string. @returns undefined if the word is not part of an epilogue */
export function parseEpilogueWord(
  word: string,
): {part: 'bias' | 'activation'; value: Partial<ProblemEpilogue>} | undefined {
  const [, name, rest] = /^(bias|prelu)(0|[1nhwc]{0,4})$/.exec(word) ?? [];
  if (name !== undefined) {
    const axes = rest === '' ? 'c' : rest === '0' ? '' : rest;
    return name === 'bias'
      ? {part: 'bias', value: {bias: axes}}
      : {part: 'activation', value: {activation: 'prelu', slopes: axes}};
  }
  const alpha = /^leakyrelu(\d+(?:\.\d+)?)$/.exec(word);
  if (alpha) return {part: 'activation', value: {activation: 'leakyrelu', leakyreluAlpha: Number(alpha[1])}};
  const plain = activations.find((activation) => activation === word);
  return plain && {part: 'activation', value: {activation: plain}};
}

/** Why the axes do not fit the outputs of this data format; undefined if they fit. */
export function axesFault(axes: Axes, dataFormat: 'NHWC' | 'NCHW'): string | undefined {
  if (dataFormat === 'NCHW' && axes.length > 1) return `has '${axes}', but NCHW takes only a scalar or a vector`;
  const last = 'nhwc'.slice(4 - axes.length);
  return [...axes].every((axis, i) => axis === '1' || axis === last[i])
    ? undefined
    : `has the axes '${axes}', which must be the last of nhwc in this order, or 1`;
}

/** The shape that these axes have for an output [n, h, w, c] in NHWC order. */
export function axesShape(axes: Axes, output: readonly [number, number, number, number]): number[] {
  return [...axes].map((axis) => (axis === '1' ? 1 : output['nhwc'.indexOf(axis)]));
}

function formatAxes(axes: Axes): string {
  return axes === 'c' ? '' : axes || '0';
}
