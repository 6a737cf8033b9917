import {refuseUnknown} from '../geometry/didYouMean.js';
import {ConvgradError} from '../geometry/error.js';
import {show} from '../geometry/show.js';
import {MethodPatches} from '../plugin/methodPatches.js';
import {findRule} from './catalogue.js';
import {engineInternals} from './engineInternals.js';
import {LayerRules} from './layerRules.js';
import {patchLayerScopes} from './layerScopes.js';
import {requireReads} from './requireReads.js';
import type {Rule} from './rule.js';
import {RuleInUse} from './ruleInUse.js';
import type {Shadow} from './shadow/shadow.js';
import {patchTape} from './tape.js';
import {defaultTf, type Tf} from './tfjs.js';

/** A rule, by name, by definition, or in use. */
export type RuleChoice = string | Rule | RuleInUse;

/** The scopes that are open, by copy of tfjs. */
const open = new WeakMap<Tf, string>();

/**
 * Runs `fn` with alternative backward passes: gradients that are computed in it follow the rules instead of the exact gradient.
 * Forward passes do not change.
 *
 * The rules reach what has weights: `tf.layers` for 1D and 2D convolutions (also transposed, depthwise and separable ones) and
 * dense layers, in any model, and calls of `tf.conv2d`, `tf.depthwiseConv2d`, `tf.conv2dTranspose` and `tf.matMul`. So `model.fit`,
 * `trainOnBatch`, `tf.variableGrads` and loops of your own all follow them. Nothing need be installed, and the model stays as it is.
 * When `fn` returns or throws, or its promise settles, everything is as before.
 *
 * @param rules one rule for all layers, or an object with a rule for each layer: by its name, its path ('block/conv'), the name
 * of its variable, or a pattern with `*` and `?`. Names come before patterns, and patterns come in their order. A layer that
 * matches no key keeps its gradient, and so does one with the rule 'exact'. A rule that is given by name or definition is used
 * for this call only; make it with `createRule` to keep its state.
 * @param options `shadow` compares the rules with the exact gradient as they go; `tf` is another copy of tfjs
 * @returns what `fn` returns
 * @throws ConvgradError on an unknown rule, on a key that no layer matches, on a rule that does not suit a layer, and if another
 * `withRule` is still open in this copy of tfjs
 */
export function withRule<T>(
  rules: RuleChoice | Readonly<Record<string, RuleChoice>>,
  fn: () => T,
  options: {tf?: Tf; shadow?: Shadow} = {},
): T {
  refuseUnknown('withRule', options, ['shadow', 'tf']);
  const {tf = defaultTf, shadow} = options;
  if (typeof fn !== 'function') {
    throw new ConvgradError('withRule', `the second argument must be the function to run; got ${show(fn)}.`);
  }
  const engine = engineInternals(tf);
  if (engine.state.gradientDepth > 0) {
    throw new ConvgradError('withRule', 'a gradient is being computed already; compute the gradient inside fn.');
  }
  const other = open.get(tf);
  if (other !== undefined) {
    throw new ConvgradError(
      'withRule',
      `another withRule is still open, with ${other}; await its result first, or give one call a rule for each layer.`,
    );
  }
  if (shadow) requireReads('shadow', tf);
  const temporary: RuleInUse[] = [];
  const inUse = (choice: RuleChoice): RuleInUse => {
    if (choice instanceof RuleInUse) return choice;
    const made = new RuleInUse(typeof choice === 'string' ? findRule('withRule', choice) : choice);
    temporary.push(made);
    return made;
  };
  const byKey = isChoice(rules) ? {'*': rules} : rules;
  const layerRules = new LayerRules(new Map(Object.entries(byKey).map(([key, choice]) => [key, inUse(choice)])));
  const patches = new MethodPatches();
  let endSteps = () => {};
  const close = () => {
    patches.restore();
    open.delete(tf);
    for (const rule of temporary) rule.dispose();
  };
  const finish = <R>(result: R): R => {
    close();
    endSteps();
    layerRules.refuseUnmatched();
    return result;
  };
  open.set(tf, Object.keys(byKey).join(', '));
  try {
    endSteps = patchTape(tf, patches, layerRules, patchLayerScopes(tf, patches), shadow);
    const result: unknown = fn();
    if (!isPromise(result)) return finish(result) as T;
    const settled = result.then(finish, (error: unknown) => {
      close();
      throw error;
    });
    return settled as T;
  } catch (error) {
    close();
    throw error;
  }
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof (value as Promise<unknown> | undefined)?.then === 'function';
}

/** Whether this is one rule, and not an object with a rule for each layer. */
function isChoice(rules: RuleChoice | Readonly<Record<string, RuleChoice>>): rules is RuleChoice {
  if (typeof rules === 'string' || rules instanceof RuleInUse) return true;
  const {name, ...members} = rules;
  return typeof name === 'string' && Object.values(members).some((member) => typeof member === 'function');
}
