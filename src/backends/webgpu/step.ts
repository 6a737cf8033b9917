import type {TensorInfo} from '@tensorflow/tfjs';
import type {CoverageCounter} from '../../engine/coverageCounter.js';
import {type Adapter, checkDevice, type Device} from './device.js';

/** A compute shader in WGSL. Whatever else of a problem changes comes in uniforms, so that one pipeline serves all shapes. */
export interface Shader {
  /** Tells it from every other of convgrad's: tfjs keeps pipelines by name alone. */
  name: string;
  /** `fn main(index: i32)`, called once for each thread, and for some beyond the last. */
  code: string;
  /** What the code calls its inputs. */
  inputs: readonly string[];
  /** Floats that a load or store moves at a time: of each input, then of `result`; 1 where absent. */
  components?: readonly number[];
  /** The type of `epilogue(value, channel)`, if it calls that on all that it stores, a channel or the four from there on; see `epilogue.ts`. */
  epilogue?: 'f32' | 'vec4<f32>';
  /** Of a shader that sums products: what a thread does for each term of its sums, how many of them there are and the loads from each input. */
  term?: InnerLoop;
  /** Counted where it runs. */
  counter?: CoverageCounter | undefined;
}

export interface InnerLoop {
  sums: number;
  loads: readonly number[];
}

/** Whole numbers by the name that the shader knows them under, one or up to four of them. */
export type Uniforms = Readonly<Record<string, readonly number[]>>;

/** One dispatch of a shader. */
export interface Step {
  shader: Shader;
  /** What each input of the shader is: a tensor, or the result of an earlier step by its number. */
  reads: readonly (TensorInfo | number)[];
  /** Elements of what it writes. */
  size: number;
  threads: number;
  uniforms: Uniforms;
  /** Uniforms that are real numbers. */
  reals?: Uniforms;
}

/** tfjs's `WebGPUProgram`, which is a plain object. */
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

/** What the steps need of tfjs's webgpu backend. */
export interface WebGPUBackend {
  device: Device;
  adapterInfo: Adapter;
  /** What tfjs knows of a tensor's buffer; its dtype says whether floats or integers lie there. */
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

/** Threads that share a workgroup. They share nothing else, so that small outputs may spread over as many processors as there are. */
const workgroup = 32;

/**
 * Runs the steps in their order. What lies between them is released.
 * @returns what the last one wrote, as a new tensor of that shape
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
  // tfjs compiles anew for what inputs and output have in common in their shapes; in these they never have anything.
  const flat = inputs.map(({dataId, shape, dtype}) => ({dataId, dtype, shape: [lengthOf(shape)]}));
  const column = [lengthOf(output.shape), 1];
  if (shader.counter) shader.counter.hits++;
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
