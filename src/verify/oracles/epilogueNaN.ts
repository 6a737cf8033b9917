import {isGpu} from '../../backends/index.js';
import {hasZeroSize} from '../../geometry/pass.js';
import {formatProblem, problemInfo} from '../../geometry/problem.js';
import {randomFrom} from '../../geometry/random.js';
import {builtinFault} from '../../plugin/builtinFault.js';
import {reference} from '../reference/reference.js';
import {askBuiltin} from './builtin.js';
import type {Oracle} from './oracle.js';

/**
 * An epilogue must not lose a NaN of x: relu(NaN) is not 0. tfjs does not say what must come out, and its own kernels differ: on wasm many
 * turn NaN into numbers. So the oracle asks only about outputs that the definition makes NaN and that tfjs's own fused kernel of that
 * backend does not turn into numbers. These must be NaN or infinite.
 */
export const epilogueNaNOracle: Oracle = {
  name: 'epilogueNaN',
  passes: ['forward'],
  fills: ['integers'],
  appliesTo: ({epilogue}) => epilogue !== undefined,
  // Shader compilers may assume that there is no NaN.
  isAbout: (backend) => !isGpu(backend),
  oneAlgorithm: true,
  judges(problem, pass, _fill, {backend, compute}) {
    if (compute) return 'the implementation is a convolution without an epilogue';
    // A kernel that gets a problem beyond its abilities may write past its memory, and then every later result is in doubt.
    const fault = builtinFault(backend, problem, pass);
    if (fault !== undefined) return fault;
    const {bias = 'c', slopes = 'c'} = problem.epilogue ?? {};
    if (bias !== 'c' || slopes !== 'c') return 'tfjs’s own kernel is tried only with one value for each channel';
    return !hasZeroSize(problemInfo(problem)) || 'with a size of 0 there are no values to spread';
  },
  async judge(implementation, pass) {
    const {problem, inputs, provenance} = implementation.testVector;
    const x = inputs.x.slice();
    x[randomFrom(`${formatProblem(problem)}/epilogue NaN`)() % x.length] = Number.NaN;
    const changed = {...inputs, x};
    const builtin = await askBuiltin({problem, inputs: changed, provenance}, pass);
    if (builtin instanceof Error) return {status: 'skipped', reason: `tfjs’s own kernel throws: ${builtin.message}`};
    const {values: expected} = reference(problem, changed)[pass];
    const must = [...expected.keys()].filter(
      (index) => Number.isNaN(expected[index]) && !Number.isFinite(builtin.got.values[index]),
    );
    if (must.length === 0) return {status: 'skipped', reason: 'tfjs’s own kernel turns NaN into numbers here'};
    const {values} = (await implementation.run(pass, {x})).got;
    const lost = must.find((index) => Number.isFinite(values[index]));
    if (lost === undefined) return {status: 'passed'};
    const reason = `element ${lost} is ${values[lost]} although a term of it holds a NaN of x, which tfjs’s own kernel keeps`;
    return {status: 'failed', reason};
  },
};
