import {didYouMean, keysOf, refuseMisspelt} from '../geometry/didYouMean.js';
import {ConvgradError} from '../geometry/error.js';
import {show} from '../geometry/show.js';
import {actnn} from './approximate/actnn.js';
import {crs} from './approximate/crs.js';
import {dither} from './approximate/dither.js';
import {half} from './approximate/half.js';
import {meprop} from './approximate/meprop.js';
import {sketch} from './approximate/sketch.js';
import {exact} from './exact.js';
import {dfa, drtp} from './feedback/dfa.js';
import {fa} from './feedback/fa.js';
import {kp} from './feedback/kp.js';
import {brsf, frsf, usf} from './feedback/signSymmetry.js';
import {wm} from './feedback/wm.js';
import {deconvnet, guided} from './interpretability/guided.js';
import {lrp} from './interpretability/lrp.js';
import type {Rule} from './rule.js';

const catalogue: Rule[] = [
  ...[exact, fa, usf, brsf, frsf, kp, wm, dfa, drtp],
  ...[meprop, dither, crs, actnn, sketch, half],
  ...[guided, deconvnet, lrp],
];

/** Every rule, built in or defined. */
export function rules(): Rule[] {
  return [...catalogue];
}

/** @throws ConvgradError if there is no rule of that name */
export function findRule(functionName: string, name: string): Rule {
  const found = catalogue.find((rule) => rule.name === name);
  if (found) return found;
  const names = catalogue.map((rule) => rule.name);
  throw new ConvgradError(
    functionName,
    `unknown rule ${show(name)}${didYouMean(String(name), names)}; use ${names.join(', ')}, or defineRule() first.`,
  );
}

const functions = ['backpropInput', 'backpropFilter', 'backpropBias', 'compress'] as const;

const fields = keysOf<Rule>({
  ...{name: true, title: true, source: true, isUnbiased: true, options: true, supports: true, createState: true},
  ...{compress: true, restore: true, backpropInput: true, backpropFilter: true, backpropBias: true, activations: true},
});

/**
 * Adds a rule to the catalogue, so that `withRule` and `createRule` find it by name. Only a name and one function are required.
 * @returns a function that removes the rule again
 * @throws ConvgradError when the name is taken or malformed, a field is misspelt, or no function is given
 */
export function defineRule(rule: Rule): () => void {
  const fail = (problem: string): never => {
    throw new ConvgradError('defineRule', problem);
  };
  const name: unknown = rule?.name;
  if (typeof name !== 'string' || !/^[a-z][a-zA-Z0-9-]*$/.test(name)) {
    fail(`name must be letters, digits and dashes, the first a lower-case letter; got ${show(name)}.`);
  }
  if (catalogue.some((known) => known.name === name)) {
    fail(`the name '${name}' is taken; choose another, or undo the first definition.`);
  }
  refuseMisspelt('defineRule', rule, fields);
  if (!functions.some((key) => typeof rule[key] === 'function') && !rule.activations) {
    fail(`'${name}' has none of ${functions.join(', ')}, activations; give at least one.`);
  }
  if (rule.compress && !rule.restore && !rule.backpropFilter) {
    fail(`'${name}' compresses x and cannot use it; give restore() or backpropFilter().`);
  }
  catalogue.push(rule);
  return () => {
    const at = catalogue.indexOf(rule);
    if (at >= 0) catalogue.splice(at, 1);
  };
}
