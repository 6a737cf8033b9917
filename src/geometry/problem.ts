import {
  type Conv2DInfo,
  conv2dInfo,
  type DataFormat,
  type ExplicitPads,
  type Kind,
  type Pad,
  type RoundingMode,
} from './conv2dInfo.js';
import {keysOf} from './didYouMean.js';
import {axesFault, formatEpilogue, type ProblemEpilogue, parseEpilogueWord} from './epilogue.js';
import {ConvgradError} from './error.js';
import {show} from './show.js';

/** The parameters of a convolution as plain numbers: the unit of verification. See {@link formatProblem} for its line of text. */
export interface Problem {
  batch: number;
  inHeight: number;
  inWidth: number;
  inChannels: number;
  /** For a depthwise convolution, a multiple of `inChannels`. */
  outChannels: number;
  filterHeight: number;
  filterWidth: number;
  strideHeight: number;
  strideWidth: number;
  dilationHeight: number;
  dilationWidth: number;
  /** Explicit pads are `{top, bottom, left, right}`, so that a problem reads the same in either data format. */
  pad: 'same' | 'valid' | number | {top: number; bottom: number; left: number; right: number};
  dimRoundingMode?: RoundingMode | undefined;
  dataFormat: DataFormat;
  /** Dense by default. */
  kind?: Kind | undefined;
  /** What follows the convolution in the same kernel. With an epilogue, the convolution is a fused one. */
  epilogue?: ProblemEpilogue | undefined;
}

/** The names of a problem's fields. */
export const problemNames = keysOf<Problem>({
  ...{batch: true, inHeight: true, inWidth: true, inChannels: true, outChannels: true},
  ...{filterHeight: true, filterWidth: true, strideHeight: true, strideWidth: true},
  ...{dilationHeight: true, dilationWidth: true, pad: true, dimRoundingMode: true},
  ...{dataFormat: true, kind: true, epilogue: true},
});

/**
 * Returns the line of text that replays a problem: `mb2ih7iw5ic3oc4kh3kw3sh2sw1dh1dw1-same-nhwc`. Other pads read `-valid`, `-p1`
 * and `-pt1pb1pl0pr1`. A rounding mode comes before the data format: `-p1-ceil-nchw`. `-depthwise` comes after it:
 * `-nhwc-depthwise`. A fused convolution ends with its bias and its activation: `-nhwc-bias-relu`, see {@link formatEpilogue}.
 */
export function formatProblem(problem: Problem): string {
  const p = problem;
  const pad =
    typeof p.pad === 'string'
      ? p.pad
      : typeof p.pad === 'number'
        ? `p${p.pad}`
        : `pt${p.pad.top}pb${p.pad.bottom}pl${p.pad.left}pr${p.pad.right}`;
  const sizes =
    `mb${p.batch}ih${p.inHeight}iw${p.inWidth}ic${p.inChannels}oc${p.outChannels}kh${p.filterHeight}kw${p.filterWidth}` +
    `sh${p.strideHeight}sw${p.strideWidth}dh${p.dilationHeight}dw${p.dilationWidth}`;
  const kind = p.kind === 'depthwise' ? [p.kind] : [];
  const rounding = p.dimRoundingMode ? [p.dimRoundingMode] : [];
  const epilogue = p.epilogue ? formatEpilogue(p.epilogue) : [];
  return [sizes, pad, ...rounding, p.dataFormat.toLowerCase(), ...kind, ...epilogue].join('-');
}

const sizeKeys = {
  mb: 'batch',
  ih: 'inHeight',
  iw: 'inWidth',
  ic: 'inChannels',
  oc: 'outChannels',
  kh: 'filterHeight',
  kw: 'filterWidth',
  sh: 'strideHeight',
  sw: 'strideWidth',
  dh: 'dilationHeight',
  dw: 'dilationWidth',
} as const;
const optionalSizes = {batch: 1, strideHeight: 1, strideWidth: 1, dilationHeight: 1, dilationWidth: 1};
const defaults = {...optionalSizes, pad: 'valid', dataFormat: 'NHWC'} as const;

/**
 * Completes a problem that is given as an object. Missing fields get the same defaults as in {@link parseProblem}.
 * @throws ConvgradError if it is not a problem or has no geometry
 */
export function completeProblem(functionName: string, given: unknown): Problem {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new ConvgradError(functionName, `needs a problem or a problem string; got ${show(given)}.`);
  }
  const said = Object.entries(given).filter(([, value]) => value !== undefined && value !== null);
  const problem = {...defaults, ...(Object.fromEntries(said) as unknown as Problem)};
  conv2dInfo(functionName, {...problemShapes(problem), ...problemAttributes(problem)});
  return problem;
}

/**
 * Reads a problem string. Sizes may come in any order. mb, sh, sw, dh and dw default to 1, the pad to valid, the format to nhwc.
 * @throws ConvgradError quoting the part that is not understood, or with the geometry's own message
 */
export function parseProblem(text: string): Problem {
  const example = 'expected for example mb2ih7iw5ic3oc4kh3kw3sh2sw1dh1dw1-same-nhwc';
  const fail = (why: string): never => {
    throw new ConvgradError('problem', `'${text}' ${why}; ${example}.`);
  };
  // A minus sign before a digit belongs to a slope.
  const [sizes = '', ...words] = text
    .trim()
    .toLowerCase()
    .split(/-(?!\d)/);
  const found: Partial<Record<(typeof sizeKeys)[keyof typeof sizeKeys], number>> = {};
  if (!/^([a-z]{2}\d+)+$/.test(sizes)) fail(`does not begin with sizes such as ih7iw5 (read '${sizes}')`);
  for (const [, key, digits] of sizes.matchAll(/([a-z]{2})(\d+)/g)) {
    const name = sizeKeys[key as keyof typeof sizeKeys] ?? fail(`has the unknown size '${key}'`);
    if (name in found) fail(`gives '${key}' twice`);
    found[name] = Number(digits);
  }
  for (const [key, name] of Object.entries(sizeKeys)) {
    if (!(name in found) && !(name in optionalSizes)) fail(`lacks '${key}'`);
  }
  const problem: Problem = {...defaults, ...(found as Required<typeof found>)};
  const seen = new Set<string>();
  const once = (what: string) => (seen.has(what) ? fail(`gives the ${what} twice`) : seen.add(what));
  for (const word of words) {
    const epilogue = parseEpilogueWord(word);
    const explicit = /^pt(\d+)pb(\d+)pl(\d+)pr(\d+)$/.exec(word);
    const numeric = /^p(\d+)$/.exec(word);
    if (word === 'same' || word === 'valid' || explicit || numeric) {
      once('pad');
      if (explicit) {
        const [top, bottom, left, right] = explicit.slice(1).map(Number) as [number, number, number, number];
        problem.pad = {top, bottom, left, right};
      } else problem.pad = numeric ? Number(numeric[1]) : (word as 'same' | 'valid');
    } else if (word === 'floor' || word === 'round' || word === 'ceil') {
      once('rounding mode');
      problem.dimRoundingMode = word;
    } else if (word === 'nhwc' || word === 'nchw') {
      once('data format');
      problem.dataFormat = word.toUpperCase() as DataFormat;
    } else if (word === 'dense' || word === 'depthwise') {
      once('kind');
      if (word === 'depthwise') problem.kind = word;
    } else if (epilogue) {
      once(epilogue.part);
      problem.epilogue = {activation: 'linear', ...problem.epilogue, ...epilogue.value};
    } else fail(`has the unknown part '${word}'`);
  }
  for (const axes of [problem.epilogue?.bias, problem.epilogue?.slopes]) {
    const fault = axes === undefined ? undefined : axesFault(axes, problem.dataFormat);
    if (fault) fail(fault);
  }
  const {inChannels, outChannels} = problem;
  if (problem.kind === 'depthwise' && !(outChannels % inChannels === 0)) {
    fail(`is depthwise with oc ${outChannels}, which must be a multiple of ic ${inChannels}`);
  }
  conv2dInfo(`problem '${text}'`, {...problemShapes(problem), ...problemAttributes(problem)});
  return problem;
}

/** The shapes of the tensors as a user passes them to `tf.conv2d` or `tf.depthwiseConv2d`, and `kind`, which tells which of the two. */
export function problemShapes(p: Problem): {
  xShape: [number, number, number, number];
  filterShape: [number, number, number, number];
  kind: Kind;
} {
  const kind = p.kind ?? 'dense';
  return {
    xShape:
      p.dataFormat === 'NHWC'
        ? [p.batch, p.inHeight, p.inWidth, p.inChannels]
        : [p.batch, p.inChannels, p.inHeight, p.inWidth],
    filterShape: [
      p.filterHeight,
      p.filterWidth,
      p.inChannels,
      kind === 'depthwise' ? p.outChannels / p.inChannels : p.outChannels,
    ],
    kind,
  };
}

/** The attributes as a user passes them to `tf.conv2d`. */
export function problemAttributes(p: Problem): {
  strides: [number, number];
  pad: Pad;
  dataFormat: DataFormat;
  dilations: [number, number];
  dimRoundingMode?: RoundingMode;
} {
  return {
    strides: [p.strideHeight, p.strideWidth],
    pad: typeof p.pad === 'object' ? explicitPads(p.pad, p.dataFormat) : p.pad,
    dataFormat: p.dataFormat,
    dilations: [p.dilationHeight, p.dilationWidth],
    ...(p.dimRoundingMode ? {dimRoundingMode: p.dimRoundingMode} : {}),
  };
}

/** The geometries of problems that were asked for: `verify` asks for each of them hundreds of times. */
const infos = new WeakMap<Problem, Conv2DInfo>();

/** The problem's resolved geometry. @throws ConvgradError if it has none */
export function problemInfo(problem: Problem): Conv2DInfo {
  const info =
    infos.get(problem) ??
    conv2dInfo(`problem '${formatProblem(problem)}'`, {...problemShapes(problem), ...problemAttributes(problem)});
  infos.set(problem, info);
  return info;
}

/** Whether the problem has a geometry. */
export function resolves(problem: Problem): boolean {
  try {
    problemInfo(problem);
    return true;
  } catch {
    return false;
  }
}

function explicitPads(
  {top, bottom, left, right}: {top: number; bottom: number; left: number; right: number},
  dataFormat: DataFormat,
): ExplicitPads {
  const rows = [top, bottom] as const;
  const columns = [left, right] as const;
  return dataFormat === 'NHWC' ? [[0, 0], rows, columns, [0, 0]] : [[0, 0], [0, 0], rows, columns];
}

/** Whether `dimRoundingMode` changes the output size. */
export function roundingMatters(problem: Problem): boolean {
  const {dimRoundingMode, ...truncated} = problem;
  return dimRoundingMode !== undefined && outputSize(problem) !== outputSize(truncated);
}

function outputSize(problem: Problem): string {
  try {
    const {outHeight, outWidth} = problemInfo(problem);
    return `${outHeight}×${outWidth}`;
  } catch {
    return 'none';
  }
}
