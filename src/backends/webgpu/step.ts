import type {TensorInfo} from '@tensorflow/tfjs-core';
import {type CoverageCounter, countHit} from '../../engine/coverageCounter.js';
import {type Adapter, checkDevice, type Device} from './device.js';

/**
 * A compute shader in WGSL. Sizes and everything else that differs between problems come in uniforms, so one pipeline serves all shapes.
 */
export interface Shader {
  /** A name unique among convgrad's shaders, because tfjs keys pipelines by name alone. */
  name: string;
  /** `fn main(index: i32)`, which runs once for each thread, and for some indices beyond the last thread. */
  code: string;
  /** The names of the inputs in the code. */
  inputs: readonly string[];
  /** The number of floats that one load or store moves: for each input, then for `result`; 1 if absent. */
  components?: readonly number[];
  /**
   * The type of `epilogue(value, channel)`, if the code calls it on what it stores: one channel, or four from there on. See `epilogue.ts`.
   */
  epilogue?: 'f32' | 'vec4<f32>';
  /**
   * The inner loop of a shader that sums products: for each term of its sums, how many sums a thread adds to, and how many loads it makes
   * from each input.
   */
  term?: InnerLoop;
  /** Counts the runs of the shader. */
  counter?: CoverageCounter | undefined;
}

export interface InnerLoop {
  sums: number;
  loads: readonly number[];
}

/** Integers by their name in the shader: one, or a vector of up to four. */
export type Uniforms = Readonly<Record<string, readonly number[]>>;

/** One dispatch of a shader. */
export interface Step {
  shader: Shader;
  /** The tensor for each input of the shader; a number stands for the result of that earlier step. */
  reads: readonly (TensorInfo | number)[];
  /** The number of elements that the step writes. */
  size: number;
  threads: number;
  uniforms: Uniforms;
  /** Uniforms that are floats. */
  reals?: Uniforms;
}

/** tfjs's `WebGPUProgram`, a plain object. */
interface WebGPUProgram {
  variableNames: string[];
  outputShape: number[];
  shaderKey: string;
  uniforms: string;
  workgroupSize: [number, number, number];
  dispatchLayout: {x: number[]};
  dispatch: [number, number, number];
  variableComponents: number[];
  outputComponent: number;
  getUserCode(): string;
}

/** The parts of tfjs's webgpu backend that the steps use. */
export interface WebGPUBackend {
  device: Device;
  adapterInfo: Adapter;
  /** What tfjs records about a tensor's buffer. Its dtype tells whether the buffer holds floats or integers. */
  tensorMap: {get(dataId: object): {dtype: string}};
  makeTensorInfo(shape: number[], dtype: 'float32'): TensorInfo;
  runWebGPUProgram(
    program: WebGPUProgram,
    inputs: TensorInfo[],
    dtype: 'float32',
    uniforms: {type: 'int32' | 'float32'; data: number[]}[],
    output: TensorInfo,
  ): TensorInfo;
  disposeData(dataId: object): void;
}

/** Threads in a workgroup. They share no memory, so a workgroup can be small, and small outputs spread over many processors. */
const workgroup = 32;

/**
 * Runs the steps in their order, and releases intermediate results.
 * @returns the result of the last step, as a new tensor of that shape
 */
export function runSteps(backend: WebGPUBackend, steps: readonly Step[], shape: number[]): TensorInfo {
  const results: TensorInfo[] = [];
  try {
    for (const step of steps) {
      const last = step === steps[steps.length - 1];
      const inputs = step.reads.map((read) => (typeof read === 'number' ? results[read] : read));
      checkDevice(backend.device, [...inputs.map(({shape}) => shape), [step.size]]);
      const output = backend.makeTensorInfo(last ? shape : [step.size], 'float32');
      results.push(output);
      runStep(backend, step, inputs, output);
    }
  } catch (error) {
    for (const {dataId} of results) backend.disposeData(dataId);
    throw error;
  }
  for (const {dataId} of results.slice(0, -1)) backend.disposeData(dataId);
  return results[results.length - 1];
}

function runStep(
  backend: WebGPUBackend,
  {shader, threads, uniforms, reals = {}}: Step,
  inputs: TensorInfo[],
  output: TensorInfo,
): void {
  const {name, code, components = []} = shader;
  const all = {...uniforms, threads: [threads]};
  // tfjs also keys programs by what the shapes of inputs and output have in common. These flat shapes never have anything in common.
  const flat = inputs.map(({dataId, shape, dtype}) => ({dataId, dtype, shape: [lengthOf(shape)]}));
  const column = [lengthOf(output.shape), 1];
  countHit?.(shader.counter);
  backend.runWebGPUProgram(
    {
      variableNames: [...shader.inputs],
      outputShape: column,
      shaderKey: `convgrad ${name}`,
      uniforms: [...declared(all, 'i32'), ...declared(reals, 'f32')].join(''),
      workgroupSize: [workgroup, 1, 1],
      dispatchLayout: {x: [0]},
      dispatch: [Math.ceil(threads / workgroup), 1, 1],
      variableComponents: inputs.map((_, i) => components[i] ?? 1),
      outputComponent: components[inputs.length] ?? 1,
      getUserCode: () => code,
    },
    flat,
    'float32',
    [
      ...Object.values(all).map((data) => ({type: 'int32' as const, data: [...data]})),
      ...Object.values(reals).map((data) => ({type: 'float32' as const, data: [...data]})),
    ],
    {...output, shape: column},
  );
}

function declared(uniforms: Uniforms, type: 'i32' | 'f32'): string[] {
  return Object.entries(uniforms).map(
    ([name, {length}]) => `${name}: ${length === 1 ? type : `vec${length}<${type}>`}, `,
  );
}

function lengthOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
