import type {Tensor, Variable} from '@tensorflow/tfjs-core';
import {ConvgradError} from '../geometry/error.js';
import {biasGradient} from '../plugin/biasGradient.js';
import {engineInternals, type TapeNode, untaped} from './engineInternals.js';
import type {ExactPasses, RuleCall, RuleState} from './rule.js';
import type {LayerInUse, RuleInUse} from './ruleInUse.js';
import type {Step} from './step.js';
import type {Tf} from './tfjs.js';
import {exactPasses, geometryOf, type WeightedOp} from './weightedOp.js';

/** Rules see the operands of a dense layer as matrices, also where tfjs puts a dimension of size 1 before them. */
export function asMatrix(tf: Tf, {kind}: Pick<WeightedOp, 'kind'>, tensor: Tensor): Tensor {
  const shape = matrixShape(kind, tensor.shape);
  return shape === tensor.shape ? tensor : tf.reshape(tensor, [...shape]);
}

function matrixShape(kind: WeightedOp['kind'], shape: readonly number[]): readonly number[] {
  return kind === 'dense' && shape.length === 3 && shape[0] === 1 ? shape.slice(1) : shape;
}

/** Looks at the gradients that rules compute. */
export interface GradientObserver {
  compareInput(op: RuledOp, dy: Tensor, dX: Tensor): void;
  compareFilter(op: RuledOp, dy: Tensor, dFilter: Tensor): void;
}

/** An op with weights on the tape, under a rule. The node saves what the rule keeps, instead of what tfjs saved. */
export class RuledOp {
  private readonly number: number;
  private readonly count: number;
  private readonly inLayer: LayerInUse;
  private readonly weights: Tensor;
  /** What the rule keeps of x: x itself, or what `compress` returned. */
  private readonly ofX: RuleState;
  /** x itself where a shadow needs it. */
  private readonly wholeX: Tensor | undefined;

  /**
   * @param layer the layer's full name
   */
  constructor(
    private readonly tf: Tf,
    private readonly step: Step,
    private readonly node: TapeNode,
    private readonly op: WeightedOp,
    readonly inUse: RuleInUse,
    readonly layer: string,
    private readonly variable: Variable | undefined,
    /** A shadow's; then x is kept whatever the rule keeps. */
    private readonly observer: GradientObserver | undefined,
  ) {
    this.number = step.numberOf(inUse);
    this.count = step.countFor(inUse);
    const {x, filter, kind} = op;
    this.inLayer = inUse.layerOf(tf, variable ?? `${layer} ${this.count}`, layer, kind, () => this.seen(filter));
    const keep = (tensor: Tensor) => tf.keep(tf.clone(tensor));
    [this.ofX, {weights: this.weights, wholeX: this.wholeX}] = untaped(engineInternals(tf), () =>
      tf.tidy(() => {
        const kept = this.compressed(this.seen(x), 'compress');
        return [
          Object.fromEntries(Object.entries(kept).map(([name, tensor]) => [name, keep(tensor)])),
          {weights: keep(this.seen(filter)), ...(observer ? {wholeX: keep(this.seen(x))} : {})},
        ] as [RuleState, {weights: Tensor; wholeX?: Tensor}];
      }),
    );
    // tfjs frees what a node saved when the backward pass is over.
    for (const tensor of node.saved) tensor.dispose();
    node.saved = [...Object.values(this.ofX), this.weights, ...(this.wholeX ? [this.wholeX] : [])];
  }

  /** The gradients of the node's inputs under the rule. */
  gradient(dyOfNode: Tensor): Record<string, () => Tensor> {
    const {inputNames, x, filter} = this.op;
    const dy = this.dyOf(dyOfNode);
    this.step.error ??= dy;
    const {observer} = this;
    return this.named({
      x: () => {
        const dX = this.checked('backpropInput', this.dX(dy), x.shape);
        observer?.compareInput(this, dy, dX);
        return dX;
      },
      filter: () => {
        const dFilter = this.checked('backpropFilter', this.dFilter(dy), filter.shape);
        observer?.compareFilter(this, dy, dFilter);
        return dFilter;
      },
      bias: () => {
        const {shape} = this.node.inputs[inputNames.bias as string];
        return this.checked('backpropBias', this.dBias(dyOfNode), shape);
      },
    });
  }

  /** The exact gradients of the node's inputs, for a shadow, which keeps x. */
  exactGradient(dyOfNode: Tensor): Record<string, () => Tensor> {
    const dy = this.dyOf(dyOfNode);
    return this.named({
      x: () => this.like(this.exact().backpropInput(dy, this.weights), this.op.x.shape),
      filter: () => this.like(this.exactFilter(dy), this.op.filter.shape),
      bias: () => this.exactBias(dyOfNode),
    });
  }

  /** x as it came, for a shadow. */
  get wholeInput(): Tensor {
    return this.wholeX ?? this.x(this.ofX);
  }

  exactInput(dy: Tensor): Tensor {
    return this.exact().backpropInput(dy, this.weights);
  }

  exactFilter(dy: Tensor): Tensor {
    return this.exact().backpropFilter(this.wholeInput, dy);
  }

  /** The exact gradient of the node's filter, from the result of {@link exactGradient}. */
  filterOf(gradients: Record<string, () => Tensor>): Tensor {
    return gradients[this.op.inputNames.filter]();
  }

  /** dFilter of another draw of the rule's random numbers. It does not change the rule's state. */
  drawFilter(dy: Tensor, draw: number): Tensor {
    const kept = this.wholeX ? this.compressed(this.wholeX, `draw ${draw} compress`) : this.ofX;
    return this.dFilter(
      dy,
      this.call(dy, `draw ${draw}`, kept, () => undefined),
    );
  }

  /** This op in one pass, as the rule sees it. */
  call(
    dy: Tensor,
    purpose: string,
    kept = this.ofX,
    setState: RuleCall['setState'] = (changed) => this.inLayer.set(this.tf, changed),
  ): RuleCall {
    const {tf, op, inLayer, layer, weights} = this;
    const x = () => this.x(kept);
    return {
      ...{tf, layer, kind: op.kind, variable: this.variable?.name, step: this.number, filter: weights, dy},
      ...{error: this.step.error ?? dy, kept: this.inUse.rule.compress ? kept : {}},
      ...{random: this.random(purpose), exact: this.exact()},
      setState,
      get info() {
        return geometryOf(op);
      },
      get x() {
        return x();
      },
      get state() {
        return inLayer.state;
      },
    };
  }

  private dX(dy: Tensor): Tensor {
    const {rule, options} = this.inUse;
    const call = this.call(dy, 'backpropInput');
    return rule.backpropInput?.(call, options) ?? call.exact.backpropInput(dy, call.filter);
  }

  private dFilter(dy: Tensor, call = this.call(dy, 'backpropFilter')): Tensor {
    const {rule, options} = this.inUse;
    return rule.backpropFilter?.(call, options) ?? call.exact.backpropFilter(call.x, dy);
  }

  private dBias(dyOfNode: Tensor): Tensor {
    const {tf, layer, op, step} = this;
    const {rule, options} = this.inUse;
    const bias = this.node.inputs[op.inputNames.bias as string];
    const variable = step.variableOf(bias)?.name;
    const exact = () => this.exactBias(dyOfNode);
    if (variable === undefined || !rule.backpropBias) return exact();
    const call = {tf, layer, variable, dy: this.dyOf(dyOfNode), shape: bias.shape, dataFormat: this.dataFormat, exact};
    return rule.backpropBias(call, options);
  }

  private exactBias(dyOfNode: Tensor): Tensor {
    const {shape} = this.node.inputs[this.op.inputNames.bias as string];
    return biasGradient(this.tf, dyOfNode, shape, this.dataFormat);
  }

  private get dataFormat(): 'NHWC' | 'NCHW' {
    return this.op.attrs['dataFormat'] === 'NCHW' ? 'NCHW' : 'NHWC';
  }

  /** The exact passes in the shapes that rules see. */
  private exact(): ExactPasses {
    const {tf, op, ofX, wholeX} = this;
    const {x, filter, yShape} = op;
    const whole = wholeX ?? (this.inUse.rule.compress ? undefined : ofX['x']);
    const exact = exactPasses(tf, {...op, filter: this.like(this.weights, filter.shape)}, () =>
      whole ? this.like(whole, x.shape) : tf.zeros(x.shape),
    );
    return {
      forward: (a, b) => this.seen(exact.forward(this.like(a, x.shape), this.like(b, filter.shape))),
      backpropInput: (a, b) => this.seen(exact.backpropInput(this.like(a, yShape), this.like(b, filter.shape))),
      backpropFilter: (a, b) => this.seen(exact.backpropFilter(this.like(a, x.shape), this.like(b, yShape))),
    };
  }

  private compressed(x: Tensor, purpose: string): RuleState {
    const {rule, options} = this.inUse;
    return rule.compress?.(x, {tf: this.tf, random: this.random(purpose)}, options) ?? {x};
  }

  private x(kept: RuleState): Tensor {
    const {rule, options} = this.inUse;
    if (!rule.compress) return kept['x'];
    if (rule.restore) return rule.restore(kept, matrixShape(this.op.kind, this.op.x.shape), {tf: this.tf}, options);
    throw new ConvgradError(
      `rule '${rule.name}'`,
      `it compresses x and has no restore(), so x is not there in layer '${this.layer}'.`,
    );
  }

  private random(purpose: string) {
    return this.inUse.randomOf(this.tf, this.inLayer.index, `${this.number} ${this.count} ${purpose}`);
  }

  private seen(tensor: Tensor): Tensor {
    return asMatrix(this.tf, this.op, tensor);
  }

  private dyOf(dyOfNode: Tensor): Tensor {
    return this.seen(this.tf.reshape(dyOfNode, [...this.op.yShape]));
  }

  /** tfjs's passes take and return the shapes that it uses itself. */
  private like(tensor: Tensor, shape: readonly number[]): Tensor {
    return tensor.rank < shape.length ? this.tf.reshape(tensor, [1, ...tensor.shape]) : tensor;
  }

  private checked(pass: string, result: Tensor, shape: readonly number[]): Tensor {
    const returned = this.like(result, shape);
    if (returned.shape.join() === shape.join()) return returned;
    throw new ConvgradError(
      `rule '${this.inUse.rule.name}'`,
      `${pass} must return the shape [${shape}] in layer '${this.layer}'; got [${result.shape}].`,
    );
  }

  /** Gives gradients the names of the node's inputs. */
  private named({x, filter, bias}: Record<'x' | 'filter' | 'bias', () => Tensor>): Record<string, () => Tensor> {
    const {inputNames} = this.op;
    return {
      [inputNames.x]: x,
      [inputNames.filter]: filter,
      ...(inputNames.bias === undefined ? {} : {[inputNames.bias]: bias}),
    };
  }
}
