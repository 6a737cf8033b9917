import {compare} from '../compare.js';
import {fills} from '../fill.js';
import {fusedReference, isFused} from '../fusedReference.js';
import type {Beside} from '../sums.js';
import type {Oracle} from './oracle.js';

const names: Readonly<Record<keyof Beside, string>> = {bias: 'dBias', slopes: 'the gradient of preluActivationWeights'};

/** The gradients of a fused convolution by its bias and by prelu's slopes, as tfjs's tape takes them, against the definition. They go with dFilter. */
export const epilogueOracle: Oracle = {
  name: 'epilogue',
  passes: ['backpropFilter'],
  fills,
  isAbout: ({epilogue}) => epilogue !== undefined && (epilogue.bias !== undefined || epilogue.activation === 'prelu'),
  oneInOnGpu: 2,
  oneAlgorithm: true,
  judges(problem, _pass, _fill, {algorithm, imported, supports}) {
    if (imported && !imported.beside)
      return 'which code serves the forward pass on the tape is known of convgrad’s kernels only';
    return (
      supports(problem, 'forward') === true ||
      imported !== undefined ||
      `these gradients take the forward pass, which ${algorithm} does not do here`
    );
  },
  async judge(subject) {
    const {trial, comparison} = subject;
    const {problem, inputs} = trial;
    const wanted = isFused(problem) ? fusedReference(problem, inputs).beside : {};
    const got = await subject.gradientsBeside();
    for (const [name, result] of Object.entries(got) as [keyof Beside, (typeof got)['bias']][]) {
      const {shape, values} = result!;
      const want = subject.withOwnBounds(wanted[name]!, 'forward');
      // The bare shape is the epilogue's; the comparison counts with four axes.
      const verdict = compare({values, shape: [1, 1, 1, values.length]}, want, comparison);
      if (verdict.status === 'failed') return {...verdict, reason: `${names[name]} [${shape}]: ${verdict.reason}`};
      if (verdict.status === 'skipped') return verdict;
    }
    return {status: 'passed'};
  },
};
