import * as tf from '@tensorflow/tfjs';
import {depthwise, depthwiseSteps} from '../../src/backends/webgpu/depthwise/index.js';
import {type Setting, settingOf} from '../../src/backends/webgpu/device.js';
import {direct, directSteps} from '../../src/backends/webgpu/direct/index.js';
import {implicitGemm, implicitGemmSteps} from '../../src/backends/webgpu/implicitGemm/index.js';
import {defaultSetting, type PassSteps} from '../../src/backends/webgpu/passSteps.js';
import type {Step, WebGPUBackend} from '../../src/backends/webgpu/step.js';
import {winograd, winogradSteps} from '../../src/backends/webgpu/winograd/index.js';
import type {Conv2DInfo} from '../../src/geometry/conv2dInfo.js';
import type {Pass} from '../../src/geometry/pass.js';
import {isThere, replaceAll} from './edits.js';
import type {OfShaders} from './shaderMutant.js';

/** The algorithms of webgpu into which mistakes are put. */
export const planned = {
  implicitGemm: {plan: implicitGemmSteps, implementation: implicitGemm},
  winograd: {plan: winogradSteps, implementation: winograd},
  depthwise: {plan: depthwiseSteps, implementation: depthwise},
  direct: {plan: directSteps, implementation: direct},
};

/** Puts a mistake into the steps of a pass. @throws AbsentText when the mistake is not for these steps */
export type StepsMistake = (steps: readonly Step[], info: Conv2DInfo) => Step[];

/** A deliberately broken algorithm of webgpu. */
export type StepsMutant = OfShaders & {of: keyof typeof planned; steps: StepsMistake};

/** Replaces text in the shaders that hold it; see {@link replaceAll}. */
export function wgsl(...edits: readonly [text: string, by: string][]): StepsMistake {
  return (steps) => edits.reduce<readonly Step[]>(edited, steps) as Step[];
}

function edited(steps: readonly Step[], edit: readonly [string, string]): Step[] {
  const shaders = steps.map(({shader}) => shader);
  const codes = replaceAll(
    shaders.map(({code}) => code),
    edit,
    `no shader of ${shaders.map(({name}) => name)}`,
  );
  return steps.map((step, i) => ({...step, shader: {...step.shader, code: codes[i]}}));
}

/** Changes the value of a uniform, in every step that has it. */
export function values(name: string, change: (uniforms: Step['uniforms']) => readonly number[]): StepsMistake {
  return (steps) =>
    steps.map(({uniforms, ...step}) => ({
      ...step,
      uniforms: name in uniforms ? {...uniforms, [name]: change(uniforms)} : uniforms,
    }));
}

/** The plan with the mistake. Its shaders have their own names, since tfjs caches pipelines by name. */
export function brokenPlan({name, of, steps}: StepsMutant): PassSteps {
  return (info, pass, a, b, setting) =>
    steps(planned[of].plan(info, pass, a, b, setting), info).map(({shader: {counter: _, ...shader}, ...step}) => ({
      ...step,
      shader: {...shader, name: `mutant-${name} ${shader.name}`},
    }));
}

/** The setting of the device if tfjs computes on webgpu, otherwise the default. Some shaders occur only in the plans for some devices. */
function settingHere(): Setting {
  return tf.getBackend() === 'webgpu'
    ? settingOf((tf.backend() as unknown as WebGPUBackend).adapterInfo)
    : defaultSetting;
}

/** Returns true, or the reason why the mistake is in no shader that this problem uses. */
export function applies(mutant: StepsMutant, info: Conv2DInfo, pass: Pass): true | string {
  const answer = planned[mutant.of].implementation.supports(info, pass);
  if (answer !== true) return answer;
  const none = {dataId: {}, shape: [], dtype: 'float32' as const};
  return isThere(() => brokenPlan(mutant)(info, pass, none, none, settingHere()));
}
