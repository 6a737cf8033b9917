import {type Pass, passes} from '../../geometry/pass.js';
import type {Problem} from '../../geometry/problem.js';
import {withBuiltins} from '../../plugin/builtins.js';
import {currentSession} from '../../plugin/session.js';
import {defaultTf as tf} from '../../plugin/tfjs.js';
import {compare} from '../compare.js';
import {type Fill, fills} from '../fill.js';
import {counted} from '../proof.js';
import {outputSize} from '../reference.js';
import {isStridedAndDilated, type PassRun, runPass} from '../runPass.js';
import type {Target} from '../target.js';
import type {Trial} from '../trial.js';
import type {Oracle} from './oracle.js';

/** What tfjs computes without convgrad, on the same backend; both results round, so both bounds add. */
export const builtinOracle: Oracle = {
  name: 'builtin',
  passes,
  fills,
  // Its programs are compiled anew for every shape.
  oneInOnGpu: 4,
  judges,
  async judge(subject, pass) {
    const {trial} = subject;
    const {got} = await subject.result(pass);
    const builtin = await answer(trial, pass);
    if (builtin instanceof Error) return {status: 'failed', reason: `the built-in: ${builtin.message}`};
    const verdict = compare(got, trial.wanted[pass], {...subject.comparison, other: builtin.got});
    if (
      verdict.status === 'failed' &&
      compare(builtin.got, trial.wanted[pass], subject.comparison).status === 'failed'
    ) {
      verdict.reason = `${verdict.reason}; the built-in itself is outside the reference's bound`;
    }
    return {...verdict, milliseconds: builtin.milliseconds};
  },
};

/** The built-in is asked once about a trial, however many algorithms are held against it. */
const answers = new WeakMap<Trial, Map<Pass, Promise<PassRun | Error>>>();

function answer(trial: Trial, pass: Pass): Promise<PassRun | Error> {
  const known = answers.get(trial) ?? new Map<Pass, Promise<PassRun | Error>>();
  answers.set(trial, known);
  const found = known.get(pass) ?? ask(trial, pass);
  known.set(pass, found);
  return found;
}

/** Runs the built-in, and makes sure that nothing of convgrad had a part in it. */
async function ask({problem, inputs}: Trial, pass: Pass): Promise<PassRun | Error> {
  try {
    return await runPass(problem, inputs, pass, (compute) => {
      const {value, calls} = counted(() => (currentSession(tf) ? withBuiltins(tf, compute) : compute()));
      if (calls.size > 0)
        throw new Error(`is convgrad's own kernel (${[...calls.keys()]}): nothing is compared with itself`);
      return value;
    });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Where tfjs 4.22 throws or is known to be wrong. */
function judges(problem: Problem, pass: Pass, fill: Fill, {backend}: Target): true | string {
  const p = problem;
  const gradient = pass !== 'forward';
  const depthwise = p.kind === 'depthwise';
  if (isStridedAndDilated(p)) return 'the built-in refuses stride and dilation both above 1';
  if (depthwise && p.dataFormat === 'NCHW') return 'the built-in depthwise kernels take NCHW for NHWC';
  if (gradient && Math.max(p.dilationHeight, p.dilationWidth) > 1)
    return 'the built-in gradient throws for dilation above 1 (tfjs issue 7906)';
  const spans = (p.filterHeight - 1) * p.dilationHeight === (p.filterWidth - 1) * p.dilationWidth;
  if (typeof p.pad === 'number' && (!spans || p.strideHeight !== p.strideWidth)) {
    return 'with a numeric pad the built-in sizes the width by the filter and stride of the height (tfjs issue 649)';
  }
  if (gradient && !depthwise && modeMatters(p))
    return `the built-in gradient drops dimRoundingMode '${p.dimRoundingMode}', which changes the output size here`;
  if (backend === 'webgl' && isPackedDepthwise(p) && !gradient && fill === 'integers')
    return 'the built-in depthwise shader adds 10⁻¹⁵ to each sum and takes it away again, which leaves some of it where the sum is 0';
  return backend === 'wasm' ? judgesOnWasm(problem, pass) : true;
}

/** Whether tfjs takes its packed shader. */
function isPackedDepthwise({kind, inChannels, outChannels, strideWidth}: Problem): boolean {
  return kind === 'depthwise' && inChannels === outChannels && strideWidth <= 2;
}

/** A gradient needs the forward pass too, which stands on the tape. */
function judgesOnWasm(problem: Problem, pass: Pass): true | string {
  if (problem.kind === 'depthwise' && pass !== 'forward')
    return 'tfjs has no gradients of depthwise convolutions on wasm';
  if (pass === 'backpropFilter') return 'tfjs has no Conv2DBackpropFilter on wasm (tfjs issue 8474)';
  if (problem.dataFormat === 'NCHW') return 'the built-in forward on wasm refuses NCHW';
  if (modeMatters(problem))
    return 'where rounding changes the output size the built-in forward on wasm leaves it unwritten';
  return endsInside(problem)
    ? 'where the last SAME window ends inside x the built-in forward on wasm is wrong (tfjs issue 8405)'
    : true;
}

/** Whether 'same' leaves rows or columns that no window reaches. */
function endsInside(p: Problem): boolean {
  const inside = (size: number, filter: number, stride: number, dilation: number) =>
    (Math.ceil(size / stride) - 1) * stride + (filter - 1) * dilation + 1 < size;
  return (
    p.pad === 'same' &&
    (p.filterHeight > 1 || p.filterWidth > 1) &&
    (inside(p.inHeight, p.filterHeight, p.strideHeight, p.dilationHeight) ||
      inside(p.inWidth, p.filterWidth, p.strideWidth, p.dilationWidth))
  );
}

function modeMatters(problem: Problem): boolean {
  const {dimRoundingMode, ...truncated} = problem;
  return dimRoundingMode !== undefined && String(outputSize(problem)) !== String(outputSize(truncated));
}
