import {type Problem, parseProblem} from '../geometry/problem.js';

/** A problem in words: `2 images of 5 × 6, 3 → 7 channels, kernel 3 × 2, stride 2 × 1, SAME pads, then bias and relu`. */
export function readableProblem(p: Problem): string {
  const both = (height: number, width: number) => `${height} × ${width}`;
  const step = (name: string, height: number, width: number) =>
    height * width === 1 ? [] : [`${name} ${both(height, width)}`];
  const {bias, activation = 'linear'} = p.epilogue ?? {};
  const after = [...(bias === undefined ? [] : ['bias']), ...(activation === 'linear' ? [] : [activation])];
  return [
    `${p.batch} ${p.batch === 1 ? 'image' : 'images'} of ${both(p.inHeight, p.inWidth)}`,
    `${p.inChannels} → ${p.outChannels} ${p.outChannels === 1 ? 'channel' : 'channels'}`,
    `kernel ${both(p.filterHeight, p.filterWidth)}`,
    ...step('stride', p.strideHeight, p.strideWidth),
    ...step('dilation', p.dilationHeight, p.dilationWidth),
    padsOf(p.pad),
    ...(p.dimRoundingMode ? [`size rounded by '${p.dimRoundingMode}'`] : []),
    ...(p.kind === 'depthwise' ? ['depthwise'] : []),
    ...(p.dataFormat === 'NCHW' ? ['NCHW'] : []),
    ...(after.length > 0 ? [`then ${after.join(' and ')}`] : []),
  ].join(', ');
}

function padsOf(pad: Problem['pad']): string {
  if (pad === 'same') return 'SAME pads';
  if (pad === 'valid') return 'no pads';
  if (typeof pad === 'number') return `pad ${pad}`;
  return `pads top ${pad.top}, bottom ${pad.bottom}, left ${pad.left}, right ${pad.right}`;
}

/** {@link readableProblem} for a problem string; the string itself where another version wrote it. */
export function readableText(problem: string): string {
  try {
    return readableProblem(parseProblem(problem));
  } catch {
    return problem;
  }
}
