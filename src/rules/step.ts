import type {DataId, Tensor, Variable} from '@tensorflow/tfjs-core';
import type {EngineInternals, TapeNode} from './engineInternals.js';
import type {RuleInUse} from './ruleInUse.js';

/** Ops that only rearrange their input, so that the result of weights is weights. */
const rearranging: ReadonlySet<string> = new Set(['Reshape', 'Transpose', 'Cast', 'Identity']);

/** One forward pass on a tape, and the backward pass that belongs to it. */
export class Step {
  /** The global error, once the backward pass has begun. */
  error: Tensor | undefined;
  private readonly variables = new Map<DataId, Variable>();
  private numVariables = 0;
  private readonly numbers = new Map<RuleInUse, number>();
  private readonly counts = new Map<RuleInUse, number>();

  constructor(
    readonly tape: readonly TapeNode[],
    private readonly engine: EngineInternals,
  ) {}

  /** The variable whose values a tensor holds, rearranged or not. */
  variableOf({dataId}: Tensor): Variable | undefined {
    const registered = Object.values(this.engine.state.registeredVariables);
    if (registered.length !== this.numVariables) {
      // Layers make their variables when they first run.
      this.numVariables = registered.length;
      for (const variable of registered) this.variables.set(variable.dataId, variable);
    }
    return this.variables.get(dataId);
  }

  /** Follows weights through an op that rearranges them. */
  follow({kernelName, inputs, outputs}: TapeNode): void {
    if (!rearranging.has(kernelName)) return;
    const variable = this.variableOf(Object.values(inputs)[0]);
    if (variable) this.variables.set(outputs[0].dataId, variable);
  }

  /** The number of this step under a rule. */
  numberOf(rule: RuleInUse): number {
    const known = this.numbers.get(rule);
    if (known !== undefined) return known;
    this.numbers.set(rule, rule.step);
    return rule.step++;
  }

  /** How many ops with weights the rule has met in this step before. */
  countFor(rule: RuleInUse): number {
    const count = this.counts.get(rule) ?? 0;
    this.counts.set(rule, count + 1);
    return count;
  }
}
