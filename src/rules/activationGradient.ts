import {engineInternals, type TapeNode, untaped} from './engineInternals.js';
import type {LayerRules} from './layerRules.js';
import {type LayerScopes, namesOf} from './layerScopes.js';
import type {Step} from './step.js';
import type {Tf} from './tfjs.js';

/** The gradient of an op without weights: a rule's if it replaces this kernel's, or the node's own. */
export function activationGradient(
  tf: Tf,
  step: Step,
  node: TapeNode,
  rules: LayerRules,
  layers: LayerScopes,
): TapeNode['gradient'] {
  const {kernelName, gradient, inputs, outputs} = node;
  const [layer = `tf.${kernelName}`, ...others] = namesOf(layers);
  const inUse = rules.findBeside([layer, ...others]);
  const replaced = inUse?.rule.activations?.[kernelName];
  if (!inUse || !replaced || !gradient) return gradient;
  step.numberOf(inUse);
  const [inputName] = Object.keys(inputs);
  const kept = untaped(engineInternals(tf), () =>
    [inputs[inputName], outputs[0]].map((tensor) => tf.keep(tf.clone(tensor))),
  );
  node.saved.push(...kept);
  const [x, y] = kept;
  return ([dy]) => {
    const exact = (upstream: typeof dy) => gradient([upstream])[inputName]();
    return {
      ...gradient([dy]),
      [inputName]: () => replaced({tf, layer, kernelName, x, y, dy, exact}, inUse.options),
    };
  };
}
