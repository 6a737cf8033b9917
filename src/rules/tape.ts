import type {Tensor} from '@tensorflow/tfjs-core';
import {ConvgradError} from '../geometry/error.js';
import type {MethodPatches} from '../plugin/methodPatches.js';
import {activationGradient} from './activationGradient.js';
import {addedBiasGradient} from './addedBiasGradient.js';
import {type EngineInternals, engineInternals, type TapeNode} from './engineInternals.js';
import type {LayerRules} from './layerRules.js';
import {type LayerScopes, namesOf} from './layerScopes.js';
import {asMatrix, RuledOp} from './ruledOp.js';
import type {RuleInUse} from './ruleInUse.js';
import type {Shadow} from './shadow/shadow.js';
import {StepShadow} from './shadow/stepShadow.js';
import {Step} from './step.js';
import type {Tf} from './tfjs.js';
import {type FusedRun, isFused, refusalOf, type WeightedOp, weightedOpOf} from './weightedOp.js';

/**
 * Replaces gradients on the tape while ops are recorded. tfjs calls `addTapeNode` once for each op that it records, after the op
 * has run; the last node of the tape is then this op. Ops that run inside a backward pass keep their gradients, because there the
 * same kernels compute gradients, not layers.
 * @returns a function to call when no more steps follow
 */
export function patchTape(
  tf: Tf,
  patches: MethodPatches,
  rules: LayerRules,
  layers: LayerScopes,
  shadow: Shadow | undefined,
): () => void {
  const engine = engineInternals(tf);
  let step: Step | undefined;
  /** The comparisons of this step, if it has any. */
  let compared: StepShadow | undefined;
  let fused: FusedRun | undefined;
  let backwardDepth = 0;
  const inBackward = <T>(fn: () => T): T => {
    backwardDepth++;
    try {
      return fn();
    } finally {
      backwardDepth--;
    }
  };

  patches.patch(engine, 'runKernel', (original) => {
    const ours: EngineInternals['runKernel'] = function (this: unknown, kernelName, inputs, attrs) {
      const result = (original as unknown as EngineInternals['runKernel']).call(this, kernelName, inputs, attrs);
      // Inside tf.customGrad, by which tfjs's fused ops have their gradients.
      if (engine.state.kernelDepth === 1 && isFused(kernelName)) {
        fused = {kernelName, inputs, attrs: attrs ?? {}, output: result as Tensor};
      }
      return result;
    };
    return ours as never;
  });

  patches.patch(engine, 'addTapeNode', (original) => {
    const ours: EngineInternals['addTapeNode'] = function (this: unknown, ...args) {
      (original as unknown as EngineInternals['addTapeNode']).apply(this, args);
      // Inside a kernel, tfjs records the copies that it saves.
      if (engine.state.kernelDepth > 0 || backwardDepth > 0) return;
      const tape = engine.state.activeTape as TapeNode[];
      const node = tape[tape.length - 1];
      const run = fused;
      fused = undefined;
      if (step?.tape !== tape) {
        compared?.finish();
        step = new Step(tape, engine);
        compared = shadow && stepShadow(tf, shadow);
      }
      const [current, comparison] = [step, compared];
      comparison?.remember(node);
      current.follow(node);
      const op = weightedOpOf(node, args[5] ?? {}, run);
      const gradient = op
        ? weightedGradient(tf, current, node, op, rules, layers, comparison)
        : (addedBiasGradient(tf, current, node, rules, layers) ?? activationGradient(tf, current, node, rules, layers));
      node.gradient =
        gradient &&
        ((dys) => {
          const functions = inBackward(() => {
            comparison?.begin(tape, node, dys);
            return gradient(dys);
          });
          return Object.fromEntries(Object.entries(functions).map(([name, fn]) => [name, () => inBackward(fn)]));
        });
    };
    return ours as never;
  });
  return () => compared?.finish();
}

/** The comparisons of the next step, if it has any. */
function stepShadow(tf: Tf, shadow: Shadow): StepShadow | undefined {
  const number = shadow.steps++;
  return number % shadow.every === 0 ? new StepShadow(tf, shadow, number) : undefined;
}

/** The gradient of an op with weights: a rule's, or the node's own where no rule serves the layer. */
function weightedGradient(
  tf: Tf,
  step: Step,
  node: TapeNode,
  op: WeightedOp,
  rules: LayerRules,
  layers: LayerScopes,
  shadow: StepShadow | undefined,
): TapeNode['gradient'] {
  const {gradient} = node;
  const variable = step.variableOf(op.filter);
  const first = step.variableOf(op.x);
  if (op.kind === 'dense' && !variable) {
    // A product of two activations has no weights.
    const inUse = first && rules.findBeside(namesOf(layers, first));
    if (inUse) refuse(inUse, namesOf(layers, first)[0], 'its weights come first; write tf.matMul(x, weights)');
    return gradient;
  }
  const names = namesOf(layers, variable);
  if (names.length === 0) names.push(`tf.${op.kind}`);
  const inUse = rules.find(names);
  if (!inUse) {
    return (
      gradient &&
      (([dy]) => {
        step.error ??= asMatrix(tf, op, dy);
        return gradient([dy]);
      })
    );
  }
  const refusal = refusalOf(op) ?? answerOf(inUse, op);
  if (refusal !== undefined) refuse(inUse, names[0], refusal);
  const ruled = new RuledOp(tf, step, node, op, inUse, names[0], variable, shadow);
  shadow?.watch(node, ruled, names);
  return ([dy]) => ruled.gradient(dy);
}

function answerOf({rule, options}: RuleInUse, {kind}: WeightedOp): string | undefined {
  const answer = rule.supports?.(kind, options) ?? true;
  return answer === true ? undefined : answer;
}

function refuse({rule}: RuleInUse, layer: string, reason: string): never {
  throw new ConvgradError('withRule', `rule '${rule.name}' does not suit layer '${layer}': ${reason}.`);
}
