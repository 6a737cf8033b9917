import type {Tensor, Variable} from '@tensorflow/tfjs';
import {ConvgradError} from '../geometry/error.js';
import {biasGradient} from '../plugin/biasGradient.js';
import type {Tf} from '../plugin/tfjs.js';
import {engineInternals, type TapeNode, untaped} from './engineInternals.js';
import type {RuleCall, RuleState} from './rule.js';
import type {RuleInUse} from './ruleInUse.js';
import type {Step} from './step.js';
import {exactPasses, geometryOf, type WeightedOp} from './weightedOp.js';

/** Rules see the operands of a dense layer as matrices, also where tfjs puts a dimension of size 1 before them. */
export function asMatrix(tf: Tf, {kind}: Pick<WeightedOp, 'kind'>, tensor: Tensor): Tensor {
  const [first, ...others] = tensor.shape;
  return kind === 'dense' && others.length === 2 && first === 1 ? tf.reshape(tensor, others) : tensor;
}

/** The gradient of an op with weights under a rule. The node then saves what the rule keeps, instead of what tfjs saved. */
export function ruleGradient(
  tf: Tf,
  step: Step,
  node: TapeNode,
  op: WeightedOp,
  inUse: RuleInUse,
  layer: string,
  variable: Variable | undefined,
): TapeNode['gradient'] {
  const engine = engineInternals(tf);
  const {rule, options} = inUse;
  const {kind, x, filter, yShape, inputNames} = op;
  const seen = (tensor: Tensor) => asMatrix(tf, op, tensor);
  const [number, count] = [step.numberOf(inUse), step.countFor(inUse)];
  const keep = (tensors: RuleState): RuleState =>
    Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, tf.keep(tf.clone(tensor))]));
  const inLayer = inUse.layerOf(tf, variable ?? `${layer} ${count}`, layer, kind, () => seen(filter));
  const [ofX, {weights}] = untaped(engine, () =>
    tf.tidy(() => {
      const random = inUse.randomOf(tf, inLayer.index, `${number} ${count} compress`);
      return [keep(rule.compress?.(seen(x), {tf, random}, options) ?? {x: seen(x)}), keep({weights: seen(filter)})];
    }),
  );
  // tfjs frees what a node saved when the backward pass is over.
  for (const tensor of node.saved) tensor.dispose();
  node.saved = [...Object.values(ofX), weights];

  return ([dyOfNode]) => {
    const dy = seen(tf.reshape(dyOfNode, [...yShape]));
    step.error ??= dy;
    let restored: Tensor | undefined;
    const restore = (): Tensor => {
      restored ??= rule.compress ? rule.restore?.(ofX, seenShape(op), {tf}, options) : ofX['x'];
      if (restored) return restored;
      throw new ConvgradError(
        `rule '${rule.name}'`,
        `it keeps no x and has no restore(), so x is not there in layer '${layer}'.`,
      );
    };
    // tfjs's passes take and return the shapes that it uses itself.
    const like = (tensor: Tensor, shape: readonly number[]) =>
      tensor.rank < shape.length ? tf.reshape(tensor, [1, ...tensor.shape]) : tensor;
    const exact = exactPasses(tf, {...op, filter: like(weights, filter.shape)}, () =>
      rule.compress ? tf.zeros(x.shape) : like(ofX['x'], x.shape),
    );
    const call = (purpose: string): RuleCall => ({
      ...{tf, layer, kind, variable: variable?.name, step: number, filter: weights, dy, error: step.error as Tensor},
      get info() {
        return geometryOf(op);
      },
      kept: rule.compress ? ofX : {},
      random: inUse.randomOf(tf, inLayer.index, `${number} ${count} ${purpose}`),
      get x() {
        return restore();
      },
      get state() {
        return inLayer.state;
      },
      setState: (changed) => inLayer.set(tf, changed),
      exact: {
        forward: (a, b) => seen(exact.forward(like(a, x.shape), like(b, filter.shape))),
        backpropInput: (a, b) => seen(exact.backpropInput(like(a, yShape), like(b, filter.shape))),
        backpropFilter: (a, b) => seen(exact.backpropFilter(like(a, x.shape), like(b, yShape))),
      },
    });
    const checked = (pass: string, result: Tensor, shape: readonly number[]): Tensor => {
      const returned = like(result, shape);
      if (returned.shape.join() === shape.join()) return returned;
      throw new ConvgradError(
        `rule '${rule.name}'`,
        `${pass} must return the shape [${shape}] in layer '${layer}'; got [${result.shape}].`,
      );
    };
    const dX = () => {
      const given = call('backpropInput');
      return rule.backpropInput?.(given, options) ?? given.exact.backpropInput(given.dy, given.filter);
    };
    const dFilter = () => {
      const given = call('backpropFilter');
      return rule.backpropFilter?.(given, options) ?? given.exact.backpropFilter(given.x, given.dy);
    };
    const bias = inputNames.bias === undefined ? undefined : node.inputs[inputNames.bias];
    const dBias = (): Tensor => {
      const {shape} = bias as Tensor;
      const dataFormat = op.attrs['dataFormat'] === 'NCHW' ? 'NCHW' : 'NHWC';
      const exactBias = () => biasGradient(tf, dyOfNode, shape, dataFormat);
      const name = step.variableOf(bias as Tensor)?.name;
      if (name === undefined || !rule.backpropBias) return exactBias();
      return rule.backpropBias({tf, layer, variable: name, dy, shape, dataFormat, exact: exactBias}, options);
    };
    return {
      [inputNames.x]: () => checked('backpropInput', dX(), x.shape),
      [inputNames.filter]: () => checked('backpropFilter', dFilter(), filter.shape),
      ...(inputNames.bias ? {[inputNames.bias]: () => checked('backpropBias', dBias(), (bias as Tensor).shape)} : {}),
    };
  };
}

/** The shape in which a rule sees x. */
function seenShape({kind, x: {shape}}: WeightedOp): readonly number[] {
  return kind === 'dense' && shape.length === 3 && shape[0] === 1 ? shape.slice(1) : shape;
}
