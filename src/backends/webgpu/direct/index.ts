import {type CoverageCounter, makeCounters} from '../../../engine/coverageCounter.js';
import {type Pass, passes, passTensors, sizeOf} from '../../../geometry/pass.js';
import {costFrom} from '../cost.js';
import {geometryUniforms} from '../geometryUniforms.js';
import {type PassSteps, stepsImplementation} from '../passSteps.js';
import type {Shader} from '../step.js';
import {backpropFilter} from './backpropFilter.js';
import {backpropInput} from './backpropInput.js';
import {forward} from './forward.js';

const code: Readonly<Record<Pass, string>> = {forward, backpropInput, backpropFilter};
const counters: readonly CoverageCounter[] = makeCounters(passes.map((pass) => `direct ${pass} shader`));
const shaders = passes.map((pass, i): [Pass, Shader] => [
  pass,
  {
    ...{name: `direct ${pass}`, code: code[pass], counter: counters[i], term: {sums: 1, loads: [1, 1]}},
    ...(pass === 'forward' ? {epilogue: 'f32' as const} : {}),
    inputs: passTensors[pass].inputs.map((name) => (name === 'filter' ? 'Filter' : name)), // WGSL reserves the word `filter`
  },
]);
const shaderOf = Object.fromEntries(shaders) as Record<Pass, Shader>;

/** The definition in one step, dense or depthwise: a thread computes one element. */
export const directSteps: PassSteps = (info, pass, a, b) => {
  const size = sizeOf(info, passTensors[pass].output);
  return [{shader: shaderOf[pass], reads: [a, b], size, threads: size, uniforms: geometryUniforms(info)}];
};

/** The definition, which computes whatever the other implementations refuse. */
export const direct = stepsImplementation('direct', directSteps, {...costFrom(directSteps), counters});
