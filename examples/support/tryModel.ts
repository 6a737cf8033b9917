import * as tf from '@tensorflow/tfjs';
import {install, uninstall} from 'tfjs-convgrad';
import {realModels} from './models/index.js';
import {type ModelRun, trainModel} from './trainModel.js';

/** What to train, and how; plain data, so that a page can be asked too. */
export interface ModelTrial {
  /** Its name in `realModels`. */
  model: string;
  /** Train its twin instead, where it has one. */
  twin?: boolean;
  backend: string;
  /** convgrad's algorithm, or 'auto'; absent: tfjs alone. */
  algorithm?: string;
  steps: number;
}

/** How it went: a run, or what it threw. */
export type ModelOutcome = ModelRun | {error: string};

/** Trains one model in one way. */
export async function tryModel({model: name, twin, backend, algorithm, steps}: ModelTrial): Promise<ModelOutcome> {
  const model = realModels.find((model) => model.name === name);
  if (!model) throw new Error(`there is no model '${name}'`);
  await tf.setBackend(backend);
  if (algorithm !== undefined) install({algorithm});
  try {
    return await trainModel(twin ? (model.twin ?? model) : model, steps);
  } catch (error) {
    return {error: error instanceof Error ? error.message : String(error)};
  } finally {
    if (algorithm !== undefined) uninstall();
  }
}
