import {makeParts, type Part} from '../../../engine/part.js';
import {type Pass, passes, passTensors, sizeOf} from '../../../geometry/pass.js';
import {counted} from '../cost.js';
import {geometryOf} from '../geometry.js';
import {byPlan, type Plan} from '../plan.js';
import type {Shader} from '../step.js';
import {backpropFilter} from './backpropFilter.js';
import {backpropInput} from './backpropInput.js';
import {forward} from './forward.js';

const code: Readonly<Record<Pass, string>> = {forward, backpropInput, backpropFilter};
export const parts: readonly Part[] = makeParts(passes.map((pass) => `direct ${pass} shader`));
const shaders = passes.map((pass, i): [Pass, Shader] => [
  pass,
  {
    ...{name: `direct ${pass}`, code: code[pass], part: parts[i], term: {sums: 1, loads: [1, 1]}},
    ...(pass === 'forward' ? {finish: 'f32' as const} : {}),
    inputs: passTensors[pass].inputs.map((name) => (name === 'filter' ? 'Filter' : name)), // a reserved word of WGSL
  },
]);
const shaderOf = Object.fromEntries(shaders) as Record<Pass, Shader>;

/** The definition, in one step: a thread for each element, whatever the kind. */
export const directPlan: Plan = (info, pass, a, b) => {
  const size = sizeOf(info, passTensors[pass].output);
  return [{shader: shaderOf[pass], reads: [a, b], size, threads: size, uniforms: geometryOf(info)}];
};

/** The definition; what the others leave. */
export const direct = byPlan('direct', directPlan, counted(directPlan));
