import {direct} from '../../src/algorithms/direct.js';
import type {Conv2DInfo} from '../../src/geometry/conv2dInfo.js';
import {channelStep, filterDepth, type Pass, passes, passTensors, type TensorName} from '../../src/geometry/pass.js';

/** The arguments of one pass. `a` and `b` are the inputs that `passTensors` names, in its order. */
export interface PassArguments {
  pass: Pass;
  info: Conv2DInfo;
  a: Float32Array;
  b: Float32Array;
  out: Float32Array;
}

/** Computes the pass into `out`. */
export type ComputePass = (call: PassArguments) => void;

/** Puts a mistake around a computation. Mistakes compose: `(run) => one(other(run))` makes both. */
export type Mistake = (run: ComputePass) => ComputePass;

/** The description that every mutant has. */
export interface MutantDescription {
  /** Lower-case words with dashes. */
  name: string;
  /** The passes that it breaks. It has no other passes. */
  passes: readonly Pass[];
  /** One line: what is wrong. */
  wrong: string;
}

/** A deliberately broken algorithm: it tests the checker itself. */
export interface Mutant extends MutantDescription {
  mistake: Mistake;
}

export const gradients: readonly Pass[] = ['backpropInput', 'backpropFilter'];
export {passes as allPasses};

/** Computes a pass by the definition. */
export const define: ComputePass = ({pass, info, a, b, out}) => direct[pass]?.(info, a, b, out, undefined as never);

/** Computes with another geometry. The shapes must stay the same. */
export function geometry(change: (info: Conv2DInfo) => Partial<Conv2DInfo>): Mistake {
  return (run) => (call) => run({...call, info: {...call.info, ...change(call.info)}});
}

/** Computes from other data. The change may return the tensor that it gets. */
export function operand(
  name: TensorName,
  change: (values: Float32Array, info: Conv2DInfo, pass: Pass) => Float32Array,
): Mistake {
  return (run) => (call) => {
    const [first, second] = passTensors[call.pass].inputs;
    const of = (tensor: TensorName, values: Float32Array) =>
      tensor === name ? change(values, call.info, call.pass) : values;
    run({...call, a: of(first, call.a), b: of(second, call.b)});
  };
}

/** Computes the right result and spoils it afterwards. */
export function result(spoil: (out: Float32Array, call: PassArguments) => void): Mistake {
  return (run) => (call) => {
    run(call);
    spoil(call.out, call);
  };
}

/** Makes a mistake in one pass only. */
export function only(pass: Pass, mistake: Mistake): Mistake {
  return (run) => {
    const broken = mistake(run);
    return (call) => (call.pass === pass ? broken(call) : run(call));
  };
}

/** Rearranges values: element i of the result is the one at `from(i)`. */
export function rearrange(values: Float32Array, from: (index: number) => number): Float32Array {
  return values.map((_, index) => values[from(index)]);
}

/** Visits every product of a pass: the indices of the output element and of its two factors. */
export function eachTerm({pass, info}: PassArguments, visit: (out: number, a: number, b: number) => void): void {
  const {inChannels: C, outChannels: F} = info;
  const [depth, step] = [filterDepth(info), channelStep(info)];
  const pixels = info.batch * info.outHeight * info.outWidth;
  for (let pixel = 0; pixel < pixels; pixel++) {
    const ow = pixel % info.outWidth;
    const oh = Math.floor(pixel / info.outWidth) % info.outHeight;
    const n = Math.floor(pixel / info.outWidth / info.outHeight);
    for (let tap = 0; tap < info.filterHeight * info.filterWidth; tap++) {
      const h = oh * info.strideHeight - info.padTop + Math.floor(tap / info.filterWidth) * info.dilationHeight;
      const w = ow * info.strideWidth - info.padLeft + (tap % info.filterWidth) * info.dilationWidth;
      if (h < 0 || h >= info.inHeight || w < 0 || w >= info.inWidth) continue;
      for (let weight = 0; weight < C * depth; weight++) {
        const c = Math.floor(weight / depth);
        const x = ((n * info.inHeight + h) * info.inWidth + w) * C + c;
        const filter = tap * C * depth + weight;
        const y = pixel * F + c * step + (weight % depth);
        if (pass === 'forward') visit(y, x, filter);
        else if (pass === 'backpropInput') visit(x, y, filter);
        else visit(filter, x, y);
      }
    }
  }
}
