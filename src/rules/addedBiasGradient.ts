import type {TapeNode} from './engineInternals.js';
import type {LayerRules} from './layerRules.js';
import {type LayerScopes, namesOf} from './layerScopes.js';
import type {Step} from './step.js';
import type {Tf} from './tfjs.js';

/** The gradient of a sum with a bias in a variable, under a rule that has something to say about it; otherwise undefined. */
export function addedBiasGradient(
  tf: Tf,
  step: Step,
  {kernelName, inputs, gradient}: TapeNode,
  rules: LayerRules,
  layers: LayerScopes,
): TapeNode['gradient'] {
  if (kernelName !== 'Add' || !gradient) return undefined;
  const named = Object.entries(inputs).map(([name, tensor]) => ({name, tensor, variable: step.variableOf(tensor)}));
  const biases = named.filter(({variable}) => variable);
  if (biases.length !== 1) return undefined;
  const [{name, tensor, variable}] = biases;
  const names = namesOf(layers, variable);
  const inUse = rules.findBeside(names);
  const backpropBias = inUse?.rule.backpropBias;
  if (!inUse || !variable || !backpropBias) return undefined;
  const [layer] = names;
  const {shape} = tensor;
  return ([dy]) => {
    const others = gradient([dy]);
    const call = {tf, layer, variable: variable.name, dy, shape, dataFormat: 'NHWC' as const, exact: others[name]};
    return {...others, [name]: () => backpropBias.call(inUse.rule, call, inUse.options)};
  };
}
