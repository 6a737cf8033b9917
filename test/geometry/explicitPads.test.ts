import fc from 'fast-check';
import {conv2dInfo} from '../../src/geometry/conv2dInfo.js';
import {explicitPads} from '../../src/geometry/explicitPads.js';
import {shapeOf} from '../../src/geometry/pass.js';
import {type Problem, parseProblem, problemInfo} from '../../src/geometry/problem.js';
import {edgeCases} from '../../src/verify/cases/edgeCases.js';
import {convolutionProblem} from '../../src/verify/cases/randomProblem.js';

/** The geometry resolved again from the explicit pads alone. */
function again(problem: Problem) {
  const info = problemInfo(problem);
  const {strideHeight, strideWidth, dilationHeight, dilationWidth} = problem;
  return conv2dInfo('test', {
    ...{xShape: shapeOf(info, 'x'), filterShape: shapeOf(info, 'filter'), pad: explicitPads(info)},
    ...{strides: [strideHeight, strideWidth], dilations: [dilationHeight, dilationWidth], kind: info.kind},
  });
}

it('resolves every pad and rounding mode to explicit pads with the same geometry', () => {
  const resolvesAlike = (problem: Problem) =>
    expect(again(problem)).toEqual({...problemInfo(problem), dataFormat: 'NHWC'});
  for (const {problem} of edgeCases()) resolvesAlike(problem);
  fc.assert(fc.property(convolutionProblem, resolvesAlike), {numRuns: 1000, seed: 1});
});

it('pads no more than the windows reach', () => {
  const pads = (text: string) => explicitPads(problemInfo(parseProblem(text))).slice(1, 3);
  expect(pads('ih5iw6ic2oc2kh1kw2sh3sw4-same')).toEqual([
    [0, 0],
    [0, 0],
  ]);
  expect(pads('ih6iw8ic3oc2kh3kw3sh2sw2-p0-ceil')).toEqual([
    [0, 1],
    [0, 1],
  ]);
  expect(pads('ih5iw5ic1oc1kh2kw2sh4sw4-pt1pb3pl0pr2')).toEqual([
    [1, 0],
    [0, 1],
  ]);
});
