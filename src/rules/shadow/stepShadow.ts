import type {Tensor} from '@tensorflow/tfjs-core';
import type {TapeNode} from '../engineInternals.js';
import {patternOf} from '../layerRules.js';
import {perSampleFilter} from '../perSample/perSampleFilter.js';
import type {GradientObserver, RuledOp} from '../ruledOp.js';
import type {Tf} from '../tfjs.js';
import {alignment, compare} from './compare.js';
import {type ExactAtNode, exactSweep} from './exactSweep.js';
import type {Shadow, ShadowLayer} from './shadow.js';

/** The comparisons of one step. */
export class StepShadow implements GradientObserver {
  private readonly ops = new Map<TapeNode, RuledOp>();
  private readonly nodes = new Map<RuledOp, TapeNode>();
  /** The nodes' own gradients. */
  private readonly originals = new Map<TapeNode, TapeNode['gradient']>();
  private readonly results = new Map<RuledOp, ShadowLayer>();
  private exact: Map<TapeNode, ExactAtNode> | undefined;

  constructor(
    private readonly tf: Tf,
    private readonly settings: Shadow,
    private readonly number: number,
  ) {}

  /** Follows an op under a rule, whose layer has these names. */
  watch(node: TapeNode, op: RuledOp, names: readonly string[]): void {
    this.ops.set(node, op);
    const isReported = this.settings.layers.some((key) => names.some((name) => patternOf(key).test(name)));
    if (isReported) this.nodes.set(op, node);
  }

  /** Keeps the gradient that a node has of its own. */
  remember(node: TapeNode): void {
    this.originals.set(node, node.gradient);
  }

  /** A backward pass begins at a node. The exact one goes before it. */
  begin(tape: readonly TapeNode[], node: TapeNode, dys: Tensor[]): void {
    if (this.exact || (!this.settings.metrics.has('endToEnd') && !this.settings.metrics.has('cka'))) return;
    this.exact = exactSweep(this.tf, tape, node, dys, (one) => {
      const op = this.ops.get(one);
      return op ? ([dy]) => op.exactGradient(dy) : this.originals.get(one);
    });
  }

  compareInput(op: RuledOp, dy: Tensor, dX: Tensor): void {
    const result = this.resultOf(op, dy);
    if (!result || !this.settings.metrics.has('local')) return;
    result.local = {...result.local, dX: this.tf.tidy(() => compare(this.tf, dX, op.exactInput(dy)))};
  }

  compareFilter(op: RuledOp, dy: Tensor, dFilter: Tensor): void {
    const {tf, settings} = this;
    const result = this.resultOf(op, dy);
    if (!result) return;
    if (settings.metrics.has('local')) {
      result.local = {...result.local, dFilter: tf.tidy(() => compare(tf, dFilter, op.exactFilter(dy)))};
    }
    const exact = this.exactAt(op);
    if (result.endToEnd && exact) {
      result.endToEnd.dFilter = compare(
        tf,
        dFilter,
        tf.tidy(() => op.filterOf(exact.gradients)),
      );
    }
    if (settings.draws > 0) result.draws = this.compareDraws(op, dy);
  }

  /** The step is over. */
  finish(): void {
    const layers = [...this.results.values()];
    if (layers.length > 0) this.settings.onStep({step: this.number, layers});
  }

  private exactAt(op: RuledOp): ExactAtNode | undefined {
    return this.exact?.get(this.nodes.get(op) as TapeNode);
  }

  private resultOf(op: RuledOp, dy: Tensor): ShadowLayer | undefined {
    const known = this.results.get(op);
    if (known || !this.nodes.has(op)) return known;
    const {tf, settings} = this;
    const result: ShadowLayer = {layer: op.layer, rule: op.inUse.rule.name};
    const exact = this.exactAt(op);
    if (exact && settings.metrics.has('endToEnd')) result.endToEnd = {dY: compare(tf, dy, exact.dy)};
    if (exact && settings.metrics.has('cka')) result.cka = alignment(tf, dy, tf.reshape(exact.dy, dy.shape));
    const {state, filter} = op.call(dy, 'shadow');
    if (settings.metrics.has('weights') && state['B']?.shape.join() === filter.shape.join()) {
      result.weightAngle = compare(tf, state['B'], filter).angle;
    }
    this.results.set(op, result);
    return result;
  }

  private compareDraws(op: RuledOp, dy: Tensor): ShadowLayer['draws'] {
    const {tf} = this;
    const count = this.settings.draws;
    const [bias2, variance, sgd] = tf.tidy(() => {
      const exact = tf.reshape(op.exactFilter(dy), [-1]);
      const draws = tf.stack(Array.from({length: count}, (_, i) => tf.reshape(op.drawFilter(dy, i), [-1])));
      const mean = tf.mean(draws, 0);
      const size = tf.sum(tf.square(exact));
      const spread = tf.div(tf.sum(tf.square(tf.sub(draws, mean))), count - 1);
      // The mean of n draws lies away from its expectation by variance / n.
      const error = tf.sub(tf.sum(tf.square(tf.sub(mean, exact))), tf.div(spread, count));
      const {kind, info} = op.call(dy, 'shadow');
      const each = perSampleFilter({tf, kind, info, x: op.wholeInput, dy});
      const rows = tf.reshape(each, [each.shape[0], -1]);
      const batch = rows.shape[0];
      const ofBatch = tf.mul(tf.sum(tf.square(tf.sub(rows, tf.mean(rows, 0)))), batch / Math.max(1, batch - 1));
      return tf.stack([tf.div(error, size), tf.div(spread, size), tf.div(ofBatch, size)]).dataSync<'float32'>();
    });
    return {count, bias: Math.sqrt(Math.max(0, bias2)), variance, varianceOverSgd: variance / sgd};
  }
}
