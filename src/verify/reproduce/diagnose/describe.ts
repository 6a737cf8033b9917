import {passTensors} from '../../../geometry/pass.js';
import {type Problem, parseProblem} from '../../../geometry/problem.js';
import type {Diagnosis, VerifyResult} from '../../report/result.js';

/** Writes a diagnosis in sentences. @param isMinimal whether the failure needs everything that is special about the smallest problem */
export function describe(
  found: Omit<Diagnosis, 'text'>,
  {backend, algorithm, pass, oracle, reason, problem: failedProblem}: VerifyResult,
  isMinimal: boolean,
): string {
  const {behaviour, hypothesis, groups, onehot, smallest} = found;
  const {output} = passTensors[pass];
  const [elements, products] = [true, false].map((of) => groups.filter((group) => group.startsWith('in ') !== of));
  const who = `${output} of ${backend}/${algorithm}`;
  const problem = parseProblem(smallest.problem);
  const conditions = isMinimal ? conditionsOf(problem) : '';
  const circumstances = conditions && ` for ${conditions}`;
  const says = [
    groups.length > 0
      ? `${who} is wrong${circumstances}: in the first failed case, ${elements.slice(0, 3).join(', ')}`
      : `${oracle} rejects ${who}${circumstances}: ${reason}`,
  ];
  if (parseProblem(failedProblem).kind === 'depthwise' && problem.kind !== 'depthwise')
    says.push('dense convolutions show it too');
  if (problem.epilogue) {
    const {bias, activation} = problem.epilogue;
    const after = [...(bias === undefined ? [] : ['bias']), ...(activation === 'linear' ? [] : [activation])];
    const fused = `a fused convolution${after.length > 0 ? ` with ${after.join(' and ')}` : ''}`;
    const {right = 0, wrong = 0} = found.withoutEpilogue ?? {};
    if (wrong > 0)
      says.push(`it occurs in ${fused}, and without an epilogue in ${wrong} of ${right + wrong} convolutions`);
    else if (right > 0)
      says.push(`it occurs in ${fused}; ${right} convolutions without an epilogue were right, also on the same data`);
    else says.push(`it occurs in ${fused}`);
  }
  if (found.provenance) says.push(found.provenance);
  if (hypothesis) says.push(`it equals the right result with ${hypothesis.join(', or with ')}`);
  if (behaviour) says.push(behaviour);
  if (!hypothesis && !behaviour && groups.length > 0 && !problem.epilogue) {
    const isKnown = problem.kind !== 'depthwise';
    says.push(
      isKnown ? 'no known mistake explains it' : 'there are no hypotheses for depthwise convolutions',
      ...products,
    );
  }
  const [first] = onehot?.wrong ?? [];
  const ones = Object.entries(onehot?.ones ?? {}).map(([name, position]) => `${name}[${position}]`);
  const single = first
    ? ` With a single 1 at ${ones.join(' and ')}, ${output}[${first.position}] is ${first.got} and must be ${first.want}.`
    : '';
  return `${says.join('; ')}.${single} Smallest case ${smallest.problem}; replay: ${smallest.replay}`;
}

/** Describes a result that is not always wrong: what was seen, but not where it comes from. */
export function describeSequence(
  {backend, algorithm, pass, oracle, reason}: VerifyResult,
  behaviour: string,
  line: string,
): string {
  const {output} = passTensors[pass];
  return `${oracle} rejects ${output} of ${backend}/${algorithm}: ${reason}; ${behaviour}; replay: ${line}`;
}

/** Smaller images are as large as the kernel and the steps need. */
const largeSide = 256;

function beyond(side: number): number {
  return side >= largeSide ? side : 1;
}

/** Describes what is special about the smallest problem. Shrinking kept it because the failure needs it. */
function conditionsOf(p: Problem): string {
  const pair = (what: string, height: number, width: number) =>
    Math.max(height, width) > 1 ? [`${what} ${height === width ? height : `${height}×${width}`}`] : [];
  const pads = p.pad === 'same' ? ['SAME pads'] : p.pad === 'valid' || p.pad === 0 ? [] : ['pads'];
  return [
    ...(p.batch > 1 ? [`a batch of ${p.batch}`] : []),
    ...pair('kernel', p.filterHeight, p.filterWidth),
    ...pair('stride', p.strideHeight, p.strideWidth),
    ...pair('dilation', p.dilationHeight, p.dilationWidth),
    ...pads,
    ...pair('an image of', beyond(p.inHeight), beyond(p.inWidth)),
    ...(p.inChannels > 1 ? [`${p.inChannels} input channels`] : []),
    ...(p.outChannels > 1 ? [`${p.outChannels} output channels`] : []),
    ...(p.dimRoundingMode ? [`rounding '${p.dimRoundingMode}'`] : []),
    ...(p.dataFormat === 'NCHW' ? ['NCHW'] : []),
    ...(p.kind === 'depthwise' ? ['a depthwise convolution'] : []),
  ].join(', ');
}
