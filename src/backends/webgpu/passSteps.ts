import type {TensorInfo} from '@tensorflow/tfjs-core';
import type {Conv2DInfo} from '../../geometry/conv2dInfo.js';
import {fitToIndexRange, maxInt32} from '../../geometry/indexRange.js';
import {type Pass, passes, passTensors, shapeOf} from '../../geometry/pass.js';
import {fusesIn} from '../epilogue.js';
import type {Implementation} from '../implementation.js';
import {type Setting, settingOf} from './device.js';
import {withEpilogue} from './epilogue.js';
import {runSteps, type Step, type WebGPUBackend} from './step.js';

/** The setting for plans that are inspected and do not run. */
export const defaultSetting: Setting = settingOf();

/** Returns the steps that compute a pass from its two inputs. */
export type PassSteps = (info: Conv2DInfo, pass: Pass, a: TensorInfo, b: TensorInfo, setting: Setting) => Step[];

/**
 * An implementation whose passes consist of steps.
 * @param plan returns the steps of a pass
 * @param addEpilogue gives a step its epilogue; only the last step gets one
 */
export function stepsImplementation(
  algorithm: string,
  plan: PassSteps,
  {passes: own = passes, supports, ...more}: Partial<Implementation> = {},
  addEpilogue: typeof withEpilogue = withEpilogue,
): Implementation {
  return {
    algorithm,
    passes: own,
    fuses: fusesIn('wgsl'),
    ...more,
    supports(info, pass) {
      if (!own.includes(pass)) return `it has no ${pass}`;
      const fitted = fitToIndexRange(info, maxInt32);
      return typeof fitted === 'string' ? fitted : (supports?.(fitted, pass) ?? true);
    },
    run(pass, info, a, b, backend, epilogue) {
      const webgpu = backend as WebGPUBackend;
      const steps = plan(fitToIndexRange(info, maxInt32) as Conv2DInfo, pass, a, b, settingOf(webgpu.adapterInfo));
      const all = steps.map((step, i) => addEpilogue(step, i === steps.length - 1 ? epilogue : undefined));
      return runSteps(webgpu, all, shapeOf(info, passTensors[pass].output));
    },
  };
}
