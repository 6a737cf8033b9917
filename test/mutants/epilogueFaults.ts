import type {GradFunc, KernelFunc, NamedAttrMap, Tensor, TensorInfo} from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import {applyAndRelease, type BackendContext, runBackendKernel} from '../../src/plugin/backendOps.js';
import type {Fault} from '../../src/verify/run/faultInjection.js';
import {gradients, type MutantDescription} from './mutant.js';

/** A mistake in the epilogue or in its derivative, on every backend. It lies in no algorithm. */
export interface FaultMutant extends MutantDescription {
  fault: Fault;
}

/** A call of a fused kernel, as it should be. */
interface TfKernelCall {
  place: BackendContext;
  inputs: Record<string, TensorInfo | undefined>;
  attrs: NamedAttrMap;
  /** Runs the right kernel with some inputs and attributes changed. `undefined` leaves an input out. */
  run(inputs?: Record<string, TensorInfo | undefined>, attrs?: NamedAttrMap): TensorInfo;
}

/** Replaces fused kernels by a wrong one where `applies` says so. */
function fused(applies: (call: TfKernelCall) => boolean, wrong: (call: TfKernelCall) => TensorInfo): Fault {
  return {
    kernel(name, right): KernelFunc | undefined {
      if (!name.startsWith('Fused')) return undefined;
      return (params) => {
        const {backend, inputs, attrs = {}} = params;
        const call: TfKernelCall = {
          place: {tf, backendName: tf.getBackend(), backend: backend as object},
          inputs,
          attrs,
          run: (otherInputs = {}, otherAttrs = {}) =>
            right({
              backend,
              inputs: {...inputs, ...otherInputs} as never,
              attrs: {...attrs, ...otherAttrs},
            }) as TensorInfo,
        };
        return applies(call) ? wrong(call) : call.run();
      };
    },
  };
}

const hasBias = ({inputs}: TfKernelCall) => !!inputs['bias'];
const isOf =
  (...activations: string[]) =>
  ({attrs}: TfKernelCall) =>
    activations.includes(String(attrs['activation']));
const isNCHW = ({attrs}: TfKernelCall) => attrs['dataFormat'] === 'NCHW';
const isVector = (tensor: TensorInfo | undefined) => tensor?.shape.length === 1 && tensor.shape[0] > 1;

interface Memory {
  makeTensorInfo(shape: number[], dtype: 'float32', values: Float32Array): TensorInfo;
}

/** tensor · factor. */
function times({backend, ...place}: BackendContext, a: TensorInfo, factor: number): TensorInfo {
  const b = (backend as Memory).makeTensorInfo([], 'float32', Float32Array.of(factor));
  return applyAndRelease({backend, ...place}, b, () => runBackendKernel({backend, ...place}, 'Multiply', {a, b}));
}

/** Runs the call with one of its tensors changed. */
function withChanged(
  call: TfKernelCall,
  name: string,
  change: (place: BackendContext, tensor: TensorInfo) => TensorInfo,
): TensorInfo {
  const {place, inputs, run} = call;
  return applyAndRelease(place, change(place, inputs[name] as TensorInfo), (changed) => run({[name]: changed}));
}

/** The tensor reversed along its last axis. */
const reversed = (place: BackendContext, x: TensorInfo) =>
  runBackendKernel(place, 'Reverse', {x}, {dims: [x.shape.length - 1]});

/** y + b, where b is repeated along the last axis of y, whichever axis that is. */
function addedAlongRows(place: BackendContext, y: TensorInfo, bias: TensorInfo): TensorInfo {
  const width = y.shape[y.shape.length - 1];
  const whole = runBackendKernel(place, 'Tile', {x: bias}, {reps: [Math.ceil(width / bias.shape[0])]});
  const b = applyAndRelease(place, whole, (x) => runBackendKernel(place, 'Slice', {x}, {begin: [0], size: [width]}));
  return applyAndRelease(place, b, () => applyAndRelease(place, y, (a) => runBackendKernel(place, 'Add', {a, b})));
}

/** Replaces the gradient of one of tfjs's activations. */
function derivative(kernelName: string, wrong: (right: GradFunc) => GradFunc): Fault {
  return {
    inject() {
      const right = tf.getGradient(kernelName);
      const register = (gradFunc: GradFunc) => {
        tf.unregisterGradient(kernelName);
        tf.registerGradient({...right, gradFunc});
      };
      register(wrong(right.gradFunc));
      return () => register(right.gradFunc);
    },
  };
}

export const faultMutants: readonly FaultMutant[] = [
  {
    name: 'fused-bias-tripled',
    passes: ['forward'],
    wrong: 'fused, the bias is added three times',
    fault: fused(hasBias, (call) => withChanged(call, 'bias', (place, bias) => times(place, bias, 3))),
  },
  {
    name: 'fused-bias-dropped',
    passes: ['forward'],
    wrong: 'fused, the bias is left out where an activation follows',
    fault: fused(
      (call) => hasBias(call) && !isOf('linear')(call),
      ({run}) => run({bias: undefined}),
    ),
  },
  {
    name: 'fused-bias-after-activation',
    passes: ['forward'],
    wrong: 'fused, the bias is added after the activation',
    fault: fused(
      (call) => hasBias(call) && !isNCHW(call) && !isOf('linear')(call),
      ({place, inputs, run}) =>
        applyAndRelease(place, run({bias: undefined}), (a) =>
          runBackendKernel(place, 'Add', {a, b: inputs['bias'] as TensorInfo}),
        ),
    ),
  },
  {
    name: 'fused-bias-along-rows',
    passes: ['forward'],
    wrong: 'fused, in NCHW the bias goes along rows instead of channels',
    fault: fused(
      (call) => isNCHW(call) && isVector(call.inputs['bias']) && isOf('linear')(call),
      ({place, inputs, run}) => addedAlongRows(place, run({bias: undefined}), inputs['bias'] as TensorInfo),
    ),
  },
  {
    name: 'fused-bias-reversed',
    passes: ['forward'],
    wrong: 'fused, channels read the bias in reverse order',
    fault: fused(
      (call) => isVector(call.inputs['bias']),
      (call) => withChanged(call, 'bias', reversed),
    ),
  },
  {
    name: 'fused-activation-dropped',
    passes: ['forward'],
    wrong: 'fused, the activation is left out where there is no bias',
    fault: fused(
      (call) => !hasBias(call) && !isOf('linear')(call),
      ({run}) => run({}, {activation: 'linear'}),
    ),
  },
  {
    name: 'fused-alpha-doubled',
    passes: ['forward'],
    wrong: 'fused, the slope of leakyrelu is twice as steep',
    fault: fused(isOf('leakyrelu'), ({attrs, run}) =>
      run({}, {leakyreluAlpha: 2 * Number(attrs['leakyreluAlpha'] ?? 0.2)}),
    ),
  },
  {
    name: 'fused-alpha-ignored',
    passes: ['forward'],
    wrong: 'fused, leakyrelu has a slope of 0.2 whatever was asked for',
    fault: fused(isOf('leakyrelu'), ({run}) => run({}, {leakyreluAlpha: 0.2})),
  },
  {
    name: 'fused-elu-as-sigmoid',
    passes: ['forward'],
    wrong: 'fused, elu is computed as sigmoid',
    fault: fused(isOf('elu'), ({run}) => run({}, {activation: 'sigmoid'})),
  },
  {
    name: 'fused-sigmoid-as-tanh',
    passes: ['forward'],
    wrong: 'fused, sigmoid is computed as tanh',
    fault: fused(isOf('sigmoid'), ({place, run}) =>
      applyAndRelease(place, run({}, {activation: 'linear'}), (x) => runBackendKernel(place, 'Tanh', {x})),
    ),
  },
  {
    name: 'fused-relu6-at-8',
    passes: ['forward'],
    wrong: 'fused, relu6 is clipped at 8',
    fault: fused(isOf('relu6'), ({place, run}) =>
      applyAndRelease(place, run({}, {activation: 'linear'}), (x) =>
        runBackendKernel(place, 'ClipByValue', {x}, {clipValueMin: 0, clipValueMax: 8}),
      ),
    ),
  },
  {
    name: 'fused-relu6-as-relu',
    passes: ['forward'],
    wrong: 'fused, relu6 is not clipped',
    fault: fused(isOf('relu6'), ({run}) => run({}, {activation: 'relu'})),
  },
  {
    name: 'fused-slopes-reversed',
    passes: ['forward'],
    wrong: 'fused, channels read the slopes of prelu in reverse order',
    fault: fused(
      (call) => isVector(call.inputs['preluActivationWeights']),
      (call) => withChanged(call, 'preluActivationWeights', reversed),
    ),
  },
  {
    name: 'fused-slopes-positive',
    passes: ['forward'],
    wrong: 'fused, the slopes of prelu lose their sign',
    fault: fused(isOf('prelu'), (call) =>
      withChanged(call, 'preluActivationWeights', (place, x) => runBackendKernel(place, 'Abs', {x})),
    ),
  },
  {
    name: 'fused-relu-derivative',
    passes: gradients,
    wrong: 'fused, the derivative of relu is 1 everywhere',
    fault: derivative('Relu', () => (dy) => ({x: () => dy as Tensor})),
  },
  {
    name: 'fused-relu6-derivative',
    passes: gradients,
    wrong: 'fused, the derivative of relu6 is not zero above 6',
    fault: derivative('Relu6', () => (dy, [x]) => ({x: () => tf.mul(dy as Tensor, tf.step(x))})),
  },
  {
    name: 'fused-leakyrelu-derivative',
    passes: gradients,
    wrong: 'fused, the derivative of leakyrelu is twice as steep below zero',
    fault: derivative(
      'LeakyRelu',
      (right) => (dy, saved, attrs) => right(dy, saved, {...attrs, alpha: 2 * Number(attrs['alpha'])}),
    ),
  },
  {
    name: 'fused-elu-derivative',
    passes: gradients,
    wrong: 'fused, the derivative of elu is y instead of y + 1 below zero',
    fault: derivative('Elu', () => (dy, [y]) => ({
      x: () => tf.where(tf.greaterEqual(y, 0), dy as Tensor, tf.mul(dy as Tensor, y)),
    })),
  },
  {
    name: 'fused-sigmoid-derivative',
    passes: gradients,
    wrong: 'fused, the derivative of sigmoid is y · (1 + y)',
    fault: derivative('Sigmoid', () => (dy, [y]) => ({x: () => tf.mul(dy as Tensor, tf.mul(y, tf.add(1, y)))})),
  },
  {
    name: 'fused-prelu-derivative',
    passes: gradients,
    wrong: 'fused, the derivative of prelu has the slopes on the positive side',
    fault: derivative(
      'Prelu',
      (right) =>
        (dy, [x, alpha], attrs) =>
          right(dy, [tf.neg(x), alpha], attrs),
    ),
  },
  {
    name: 'fused-slopes-derivative',
    passes: ['backpropFilter'],
    wrong: 'fused, the gradient of prelu’s slopes is summed over both sides',
    fault: derivative('Prelu', (right) => (dy, [x, alpha], attrs) => ({
      ...right(dy, [x, alpha], attrs),
      alpha: () => {
        const whole = tf.mul(dy as Tensor, x);
        const axes = tf.backend_util.getReductionAxes(alpha.shape, whole.shape);
        return tf.reshape(axes.length > 0 ? tf.sum(whole, axes) : whole, alpha.shape);
      },
    })),
  },
];
