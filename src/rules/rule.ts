import type {Tensor} from '@tensorflow/tfjs-core';
import type {Conv2DInfo} from '../geometry/conv2dInfo.js';
import type {RandomTensors} from './randomTensors.js';
import type {Tf} from './tfjs.js';

/** How a layer connects its inputs with its outputs. */
export type LayerKind = 'conv2d' | 'transposed' | 'depthwise' | 'dense';

/** The three passes of a layer as tfjs computes them, on operands of the rule's choice. */
export interface ExactPasses {
  /** y, without bias or activation. */
  forward(x: Tensor, filter: Tensor): Tensor;
  /** dX, in the shape of x. Linear in both operands. */
  backpropInput(dy: Tensor, filter: Tensor): Tensor;
  /** dFilter, in the shape of the filter. Linear in both operands. */
  backpropFilter(x: Tensor, dy: Tensor): Tensor;
}

/** Named tensors that a rule keeps for a layer. */
export type RuleState = Record<string, Tensor>;

/** One layer in one backward pass, as a rule sees it. */
export interface RuleCall {
  /** The copy of tfjs that runs the layer. */
  readonly tf: Tf;
  /** The layer's path of names, such as 'model/conv2d_1', or the name of the variable that holds the filter. */
  readonly layer: string;
  readonly kind: LayerKind;
  /** The name of the variable that holds the filter, if one does. */
  readonly variable: string | undefined;
  /**
   * The geometry of the convolution; undefined for dense layers. A transposed convolution has that of the convolution whose dX it
   * computes, so its x has the shape of y there.
   */
  readonly info: Conv2DInfo | undefined;
  /** How many backward passes began under this rule before this one. */
  readonly step: number;
  /**
   * The layer's input: [batch, height, width, channels] (or as the data format orders them) for convolutions, [batch, inputs] for
   * dense layers. Where the rule compresses it, this is what `restore` returns.
   */
  readonly x: Tensor;
  /** What `compress` returned; empty for a rule that has no such function. */
  readonly kept: Readonly<RuleState>;
  /**
   * The weights: [height, width, in, out], depthwise [height, width, in, multiplier], transposed [height, width, out, in], dense
   * [inputs, outputs].
   */
  readonly filter: Tensor;
  /** The gradient that arrives at the layer's output, before bias and activation. */
  readonly dy: Tensor;
  readonly exact: ExactPasses;
  /** What the rule keeps for this layer. */
  readonly state: Readonly<RuleState>;
  /** Replaces tensors in the state. The rule owns them from then on, and the ones they replace are disposed of. */
  setState(changed: RuleState): void;
  /** Numbers that depend on the rule's seed, the layer and the step only. */
  readonly random: RandomTensors;
  /**
   * The global error: the gradient at the output of the network's last convolution or dense layer, [batch, …]. A backward pass
   * begins there.
   */
  readonly error: Tensor;
}

/** One bias in one backward pass, as a rule sees it. */
export interface BiasCall {
  readonly tf: Tf;
  readonly layer: string;
  /** The name of the variable that holds the bias. */
  readonly variable: string;
  /** The gradient that arrives at the sum, [batch, …]. */
  readonly dy: Tensor;
  /** The bias's shape as it is added, which broadcasts to that of dy. */
  readonly shape: readonly number[];
  readonly dataFormat: 'NHWC' | 'NCHW';
  /** dBias as tfjs computes it. */
  exact(): Tensor;
}

/** One op without weights in one backward pass, as a rule sees it. */
export interface ActivationCall {
  readonly tf: Tf;
  readonly layer: string;
  /** tfjs's name of the kernel, such as 'Relu'. */
  readonly kernelName: string;
  readonly x: Tensor;
  readonly y: Tensor;
  readonly dy: Tensor;
  /** The derivative as tfjs computes it, for any dy. */
  exact(dy: Tensor): Tensor;
}

/** Values of a rule's options. */
export type RuleOptions = Readonly<Record<string, unknown>>;

/**
 * A rule: a backward pass that differs from the gradient on purpose. Only a name and one function are required. What a rule does
 * not define is computed exactly.
 */
export interface Rule {
  /** Letters, digits and dashes, the first a lower-case letter. */
  readonly name: string;
  readonly title?: string;
  /** The address of the paper that describes it. */
  readonly source?: string;
  /** Whether the mean of its dFilter over draws is the exact dFilter for the same dy. */
  readonly isUnbiased?: boolean;
  /** The default of each option. A user's options are checked against these names. */
  readonly options?: RuleOptions;
  /** True if the rule can serve a layer of this kind; otherwise the reason why not, in words. */
  supports?(kind: LayerKind, options: RuleOptions): true | string;
  /** Makes the state of a layer, when the rule meets it for the first time. */
  createState?(call: Pick<RuleCall, 'tf' | 'layer' | 'kind' | 'filter' | 'random'>, options: RuleOptions): RuleState;
  /** What is kept of x until the backward pass. Without this function, x itself is. */
  compress?(x: Tensor, context: Pick<RuleCall, 'tf' | 'random'>, options: RuleOptions): RuleState;
  /** Restores x, in its shape, from what `compress` kept. Not needed if `backpropFilter` does without `call.x`. */
  restore?(
    kept: Readonly<RuleState>,
    shape: readonly number[],
    context: Pick<RuleCall, 'tf'>,
    options: RuleOptions,
  ): Tensor;
  /** dX, in the shape of `call.x`. */
  backpropInput?(call: RuleCall, options: RuleOptions): Tensor;
  /** dFilter, in the shape of `call.filter`. */
  backpropFilter?(call: RuleCall, options: RuleOptions): Tensor;
  /** dBias, in the shape of the bias. */
  backpropBias?(call: BiasCall, options: RuleOptions): Tensor;
  /** The kernels of ops without weights whose gradient the rule replaces, such as Relu, with the functions that do. */
  readonly activations?: Readonly<Record<string, (call: ActivationCall, options: RuleOptions) => Tensor>>;
}
