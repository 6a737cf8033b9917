import type {TensorInfo} from '@tensorflow/tfjs';
import type {Conv2DInfo} from '../../geometry/conv2dInfo.js';
import {type Pass, passes, passTensors, shapeOf} from '../../geometry/pass.js';
import type {Fusion, Implementation} from '../implementation.js';
import {runSteps, type Step, type WebGPUBackend} from './step.js';

/** The steps that compute a pass from its two inputs, and what follows it where the algorithm fuses that. */
export type Plan = (info: Conv2DInfo, pass: Pass, a: TensorInfo, b: TensorInfo, fusion?: Fusion) => Step[];

/** An algorithm whose passes are such steps. */
export function byPlan(
  algorithm: string,
  plan: Plan,
  {passes: own = passes, supports, ...more}: Partial<Implementation> = {},
): Implementation {
  return {
    algorithm,
    passes: own,
    ...more,
    supports: (info, pass) => (own.includes(pass) ? (supports?.(info, pass) ?? true) : `it has no ${pass}`),
    run: (pass, info, a, b, backend, fusion) =>
      runSteps(backend as WebGPUBackend, plan(info, pass, a, b, fusion), shapeOf(info, passTensors[pass].output)),
  };
}
