import {type Activation, activationNames, activations} from './activations.js';

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
  const {operand} = activations[activation];
  const after = operand && {slopes: formatAxes(slopes ?? 'c'), alpha: leakyreluAlpha ?? ''}[operand];
  return [...words, `${activation}${after ?? ''}`];
}

/** Reads one word of a problem string. @returns undefined if the word is not part of an epilogue */
export function parseEpilogueWord(
  word: string,
): {part: 'bias' | 'activation'; value: Partial<ProblemEpilogue>} | undefined {
  const bias = axesAfter('bias', word);
  if (bias !== undefined) return {part: 'bias', value: {bias}};
  for (const activation of activationNames()) {
    const operand = operandAfter(activation, word);
    if (operand) return {part: 'activation', value: {activation, ...operand}};
  }
  return undefined;
}

/** What a word says of an activation's operand; undefined if it is no word of this activation. */
function operandAfter(activation: Activation, word: string): Partial<ProblemEpilogue> | undefined {
  if (activations[activation].operand === 'slopes') {
    const slopes = axesAfter(activation, word);
    return slopes === undefined ? undefined : {slopes};
  }
  if (word === activation) return {};
  const alpha =
    activations[activation].operand === 'alpha' && word.startsWith(activation) && word.slice(activation.length);
  return alpha && /^-?\d+(\.\d+)?$/.test(alpha) ? {leakyreluAlpha: Number(alpha)} : undefined;
}

/** The axes that follow a name in a word; undefined if the word is another one. */
function axesAfter(name: string, word: string): Axes | undefined {
  const rest = word.startsWith(name) ? word.slice(name.length) : '?';
  if (!/^(0|[1nhwc]{0,4})$/.test(rest)) return undefined;
  return rest === '' ? 'c' : rest === '0' ? '' : rest;
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
