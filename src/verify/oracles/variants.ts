import {activations} from '../../geometry/activations.js';
import type {Conv2DInfo} from '../../geometry/conv2dInfo.js';
import {explicitPads} from '../../geometry/explicitPads.js';
import {sizeOf, userShapeOf} from '../../geometry/pass.js';
import {type Problem, problemInfo, resolves} from '../../geometry/problem.js';

type Steps = Pick<Conv2DInfo, 'strideHeight' | 'strideWidth' | 'dilationHeight' | 'dilationWidth'>;

/**
 * Other convolutions of tensors with the same numbers of elements. In each, one attribute differs: a stride, a dilation or a pad is one
 * larger, and the pad behind makes up for it. Or x has another shape: height and width are exchanged, or the images of the batch are rows or
 * channels of one image. Or x has the same shape in the other data format, the filter belongs to the other kind, or the activation differs.
 */
export function variantsOf(problem: Problem): Problem[] {
  const info = problemInfo(problem);
  const {dimRoundingMode: _, ...rest} = problem;
  const stepped = (steps: Partial<Steps>, top = 0, left = 0): Problem => {
    const changed = {
      ...info,
      ...steps,
      padTop: info.padTop + top,
      padLeft: info.padLeft + left,
      dataFormat: 'NHWC',
    } as const;
    const [, rows, columns] = explicitPads(changed);
    return {...rest, ...steps, pad: {top: rows[0], bottom: rows[1], left: columns[0], right: columns[1]}};
  };
  const variants = [
    stepped({strideHeight: info.strideHeight + 1}),
    stepped({strideWidth: info.strideWidth + 1}),
    stepped({dilationHeight: info.dilationHeight + 1}),
    stepped({dilationWidth: info.dilationWidth + 1}),
    stepped({}, 1),
    stepped({}, 0, 1),
  ];
  const isAlike = (variant: Problem) => {
    if (!resolves(variant)) return false;
    const {outHeight, outWidth} = problemInfo(variant);
    return outHeight === info.outHeight && outWidth === info.outWidth;
  };
  const {batch, inHeight, inChannels, kind} = problem;
  const folded: Problem[] = [
    {...problem, batch: 1, inHeight: batch * inHeight},
    ...(kind === 'depthwise' ? [] : [{...problem, batch: 1, inChannels: batch * inChannels}]),
  ];
  const folds = batch > 1 && problem.epilogue === undefined ? folded.filter(resolves) : [];
  const turned = {...problem, inHeight: info.inWidth, inWidth: info.inHeight};
  const turns = info.inHeight !== info.inWidth && problem.epilogue === undefined && resolves(turned);
  const others = problem.epilogue ? withOtherActivation(problem) : [inOtherFormat(problem), ofOtherKind(problem)];
  return [...variants.filter(isAlike), ...(turns ? [turned] : []), ...folds, ...others.filter(isModest)];
}

/** The convolution whose x has the same shape in the other data format. Its filter has other sizes, unless height and channels are equal. */
function inOtherFormat(problem: Problem): Problem {
  const [, ...sizes] = userShapeOf(problemInfo(problem), 'x');
  const dataFormat = problem.dataFormat === 'NHWC' ? 'NCHW' : 'NHWC';
  const [inHeight, inWidth, inChannels] = dataFormat === 'NHWC' ? sizes : ([sizes[1], sizes[2], sizes[0]] as const);
  const depth = problem.outChannels / problem.inChannels;
  const outChannels = problem.kind === 'depthwise' ? inChannels * depth : problem.outChannels;
  return {...problem, dataFormat, inHeight, inWidth, inChannels, outChannels};
}

/** The convolution of the other kind with a filter of the same shape. */
function ofOtherKind({kind, ...problem}: Problem): Problem {
  const {inChannels, outChannels} = problem;
  return kind === 'depthwise'
    ? {...problem, outChannels: outChannels / inChannels}
    : {...problem, outChannels: inChannels * outChannels, kind: 'depthwise'};
}

/** The fused convolution with another slope or another activation. */
function withOtherActivation({epilogue, ...problem}: Problem): Problem[] {
  if (!epilogue) return [];
  const {activation, leakyreluAlpha = 0.2, ...rest} = epilogue;
  const {operand} = activations[activation];
  if (operand === 'slopes') return [];
  const slope = operand === 'alpha' ? {leakyreluAlpha: leakyreluAlpha + 0.5} : {};
  return [
    {
      ...problem,
      epilogue: {...rest, activation: operand === 'alpha' || activation === 'linear' ? activation : 'linear', ...slope},
    },
  ];
}

function isModest(problem: Problem): boolean {
  return resolves(problem) && sizeOf(problemInfo(problem), 'y') <= mostElements;
}
const mostElements = 30_000;
