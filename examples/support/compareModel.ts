import type {RealModel} from './models/index.js';
import {definePlainFloat64} from './plainLoops.js';
import {completeWasm} from './secondBackend.js';
import type {ModelRun} from './trainModel.js';
import type {ModelOutcome, ModelTrial} from './tryModel.js';

/** One model on one backend. */
export interface ModelComparison {
  backend: string;
  ours: ModelOutcome;
  /** tfjs without convgrad. */
  alone: ModelOutcome;
  /** What is wrong with what tfjs alone made of it, if it made something. */
  wrong?: string | undefined;
  /** How far, at any step, our loss is from that of the same training with every convolution added in float64. */
  parted: number;
  /** How far, at most, the losses of tfjs alone on its backends are from each other and from that: what rounding does to this network. */
  yardstick: number;
}

const float64 = definePlainFloat64();

/**
 * Trains a model in every way there is, and compares.
 * @param train runs one trial, wherever its backend is
 */
export async function compareModel(
  {name: model, twin}: RealModel,
  backends: readonly string[],
  train: (trial: Omit<ModelTrial, 'steps'>) => Promise<ModelOutcome>,
): Promise<ModelComparison[]> {
  const right = await train({model, backend: 'cpu', algorithm: float64});
  if ('error' in right) throw new Error(`${model}: ${right.error}`);

  const alone = new Map<string, ModelOutcome>();
  for (const backend of new Set(['cpu', ...backends])) alone.set(backend, await train({model, backend}));

  // The yardstick is what tfjs makes of the model on its backends: wasm completed, and of the twin where it refuses the model.
  const rounded = [right];
  for (const backend of new Set(['cpu', 'wasm', ...backends])) {
    const undo = backend === 'wasm' ? completeWasm() : () => {};
    const known = twin || backend === 'wasm' ? undefined : alone.get(backend);
    const outcome = known ?? (await train({model, twin: true, backend}));
    undo();
    if (!('error' in outcome) && !mistake(outcome, right)) rounded.push(outcome);
  }
  if (rounded.length < 3) throw new Error(`${model}: tfjs trains it on fewer than two backends.`);
  const yardstick = Math.max(...rounded.flatMap((a) => rounded.map((b) => distance(a, b))));

  const compared: ModelComparison[] = [];
  for (const backend of backends) {
    const ours = await train({model, backend, algorithm: 'auto'});
    const before = alone.get(backend) as ModelOutcome;
    const wrong = 'error' in before ? undefined : mistake(before, right);
    const parted = 'error' in ours ? Number.POSITIVE_INFINITY : distance(ours, right);
    compared.push({backend, ours, alone: before, wrong, parted, yardstick});
  }
  return compared;
}

/** Whether our loss stays where tfjs's own do. */
export function staysWithin({parted, yardstick, ours}: ModelComparison): boolean {
  if ('error' in ours) return false;
  // Float32 numbers are 2⁻²³ of their size apart at most; what is nearer is no difference.
  const noise = Math.max(yardstick, 2 ** -23 * Math.max(...ours.losses.map(Math.abs)));
  // Both are the largest of a few roundings, so one is as likely larger as the other; by two bits is no chance any more.
  return parted <= 4 * noise;
}

/** The largest error of a gradient in the first step, as a part of what rounding can explain. */
export function worstGradient({certificates}: ModelRun): number {
  return Math.max(...certificates.map(({worst}) => worst));
}

function mistake(run: ModelRun, right: ModelRun): string | undefined {
  const step = run.losses.findIndex(
    (loss, i) => !(Math.abs(loss - right.losses[i]) <= 1e-3 * Math.abs(right.losses[i])),
  );
  if (step >= 0) {
    return `wrong: loss ${run.losses[step].toFixed(4)} at step ${step + 1}; ${right.losses[step].toFixed(4)} is right`;
  }
  const worst = worstGradient(run);
  return worst > 1
    ? `wrong: the error of a gradient is ${worst.toPrecision(2)} times what rounding can explain`
    : undefined;
}

function distance(a: ModelRun, b: ModelRun): number {
  return Math.max(...a.losses.map((loss, step) => Math.abs(loss - b.losses[step])));
}
