import {activations} from '../../geometry/activations.js';
import {fills} from '../data/fill.js';
import {compare} from '../reference/compare.js';
import type {EpilogueInputs} from '../reference/convolution.js';
import {fusedReference, isFused} from '../reference/fusedReference.js';
import type {Oracle} from './oracle.js';

const names: Readonly<Record<keyof EpilogueInputs, string>> = {
  bias: 'dBias',
  slopes: 'the gradient of preluActivationWeights',
};

/**
 * Compares the gradients of a fused convolution by its bias and by prelu's slopes, as tfjs's tape takes them, with the definition. They are
 * judged with dFilter.
 */
export const epilogueOracle: Oracle = {
  name: 'epilogue',
  passes: ['backpropFilter'],
  fills,
  appliesTo: ({epilogue}) =>
    epilogue !== undefined && (epilogue.bias !== undefined || activations[epilogue.activation].operand === 'slopes'),
  oneInOnGpu: 2,
  oneAlgorithm: true,
  judges(problem, _pass, _fill, {algorithm, imported, supports}) {
    if (imported && !imported.epilogueGradients)
      return 'only convgrad’s kernels tell which code serves the forward pass on the tape';
    return (
      supports(problem, 'forward') === true ||
      imported !== undefined ||
      `these gradients need the forward pass, which ${algorithm} does not compute here`
    );
  },
  async judge(implementation) {
    const {testVector, comparison} = implementation;
    const {problem, inputs} = testVector;
    const expected = isFused(problem) ? fusedReference(problem, inputs).epilogueGradients : {};
    const got = await implementation.epilogueGradients();
    for (const [name, result] of Object.entries(got) as [keyof EpilogueInputs, (typeof got)['bias']][]) {
      const {shape, values} = result!;
      const want = implementation.withOwnBounds(expected[name]!, 'forward');
      // The epilogue's shape may have fewer axes; the comparison takes four.
      const verdict = compare({values, shape: [1, 1, 1, values.length]}, want, comparison);
      if (verdict.status === 'failed') return {...verdict, reason: `${names[name]} [${shape}]: ${verdict.reason}`};
      if (verdict.status === 'skipped') return verdict;
    }
    return {status: 'passed'};
  },
};
