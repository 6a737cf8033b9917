import type {Tensor} from '@tensorflow/tfjs-core';
import {refuseUnknown} from '../geometry/didYouMean.js';
import {ConvgradError} from '../geometry/error.js';
import {engineInternals, untaped} from './engineInternals.js';
import {RandomTensors} from './randomTensors.js';
import type {LayerKind, Rule, RuleOptions, RuleState} from './rule.js';
import type {Tf} from './tfjs.js';

/** The saved state of a rule, which JSON can hold. */
export interface SavedRule {
  rule: string;
  seed: number;
  step: number;
  /** In the order in which the rule met the layers. */
  layers: {layer: string; tensors: Record<string, {shape: number[]; values: number[]}>}[];
}

/** What a rule keeps for one layer. */
export class LayerInUse {
  /**
   * @param index how many layers the rule met before this one. It stands for the layer in seeds, because tfjs's names count
   * upwards in a process.
   */
  constructor(
    readonly layer: string,
    readonly index: number,
    readonly state: RuleState,
  ) {}

  /** Replaces tensors and disposes of the ones before. */
  set(tf: Tf, changed: RuleState): void {
    for (const [name, tensor] of Object.entries(changed)) {
      if (this.state[name] !== tensor) this.state[name]?.dispose();
      this.state[name] = tf.keep(tensor);
    }
  }
}

/**
 * A rule with its options, its seed and what it keeps for each layer. Use the same one in several calls of `withRule` to go on
 * with the same state; dispose of it in the end.
 */
export class RuleInUse {
  /** How many backward passes have begun under this rule. */
  step = 0;
  readonly options: RuleOptions;
  readonly seed: number;
  /** By the object that stands for the layer: its variable, or its name. */
  private readonly layersInUse = new Map<object | string, LayerInUse>();
  private pending: SavedRule['layers'] = [];

  /** @throws ConvgradError on an unknown option, or a seed that is no integer */
  constructor(
    readonly rule: Rule,
    {seed = 1, ...options}: {seed?: number} & RuleOptions = {},
  ) {
    refuseUnknown('createRule', options, ['seed', ...Object.keys(rule.options ?? {})]);
    if (!Number.isInteger(seed)) {
      throw new ConvgradError('createRule', `seed must be an integer; got ${JSON.stringify(seed)}.`);
    }
    this.seed = seed;
    this.options = {...rule.options, ...options};
  }

  /** The layer that `key` stands for. The first time, the rule makes its state. */
  layerOf(tf: Tf, key: object | string, layer: string, kind: LayerKind, filter: () => Tensor): LayerInUse {
    const known = this.layersInUse.get(key);
    if (known) return known;
    const index = this.layersInUse.size;
    const saved = this.pending[index]?.tensors;
    const random = this.randomOf(tf, index, 'state');
    const state = untaped(engineInternals(tf), () =>
      tf.tidy(() =>
        saved
          ? mapTensors(saved, ({values, shape}) => tf.tensor(values, shape))
          : (this.rule.createState?.({tf, layer, kind, filter: filter(), random}, this.options) ?? {}),
      ),
    );
    const made = new LayerInUse(layer, index, {});
    made.set(tf, state);
    this.layersInUse.set(key, made);
    return made;
  }

  /** Seeded numbers for one purpose in one layer. */
  randomOf(tf: Tf, layerIndex: number, purpose: string): RandomTensors {
    return new RandomTensors(tf, `${this.seed} ${this.rule.name} ${layerIndex} ${purpose}`);
  }

  /** The tensors that the rule keeps, by layer and name. They belong to the rule. */
  get state(): Record<string, Readonly<RuleState>> {
    return Object.fromEntries([...this.layersInUse.values()].map(({layer, state}) => [layer, state]));
  }

  /** Copies the state out, so that `load` can go on from it in another process. */
  async save(): Promise<SavedRule> {
    const layers = await Promise.all(
      [...this.layersInUse.values()].map(async ({layer, state}) => {
        const tensors = await Promise.all(
          Object.entries(state).map(async ([name, tensor]) => {
            return [
              name,
              {shape: tensor.shape as number[], values: Array.from(await tensor.data<'float32'>())},
            ] as const;
          }),
        );
        return {layer, tensors: Object.fromEntries(tensors)};
      }),
    );
    return {rule: this.rule.name, seed: this.seed, step: this.step, layers};
  }

  /**
   * Goes on from a saved state. The rule must meet its layers in the same order.
   * @throws ConvgradError if the state belongs to another rule or seed
   */
  load(saved: SavedRule): void {
    if (saved?.rule !== this.rule.name || saved.seed !== this.seed) {
      const given = `rule '${saved?.rule}' with seed ${saved?.seed}`;
      throw new ConvgradError(
        `rule '${this.rule.name}'`,
        `load() needs a state of this rule with seed ${this.seed}; got ${given}.`,
      );
    }
    this.dispose();
    this.step = saved.step;
    this.pending = saved.layers;
  }

  /** Frees what the rule keeps. Used again, the rule begins anew. */
  dispose(): void {
    for (const {state} of this.layersInUse.values()) for (const tensor of Object.values(state)) tensor.dispose();
    this.layersInUse.clear();
    this.pending = [];
    this.step = 0;
  }
}

function mapTensors<A, B>(tree: Readonly<Record<string, A>>, map: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(tree).map(([name, value]) => [name, map(value)]));
}
