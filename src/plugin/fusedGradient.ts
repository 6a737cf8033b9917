import type {GradConfig, NamedTensorMap, Tensor} from '@tensorflow/tfjs-core';
import type {Kind} from '../geometry/conv2dInfo.js';
import {biasGradient} from './biasGradient.js';
import {captureFusedRun, type FusedRun} from './fusedRun.js';
import {gradientConfigs} from './gradients.js';
import {builtinKernelNames, kinds} from './kernels.js';
import type {MethodPatches} from './methodPatches.js';
import type {Tf} from './tfjs.js';

/** What a function given to `tf.customGrad` returns. */
interface CustomGradResult {
  value: Tensor;
  gradFunc(dy: Tensor, saved: Tensor[]): Tensor | Tensor[];
}
type CustomOp = (...inputs: unknown[]) => CustomGradResult;

/**
 * The scopes in which tfjs runs its fused convolutions. tfjs names a scope after the op's function, which it passes as the key of
 * an object, so minifiers keep the name. A bundler that renames properties hides the op, which then keeps tfjs's gradient.
 */
const fusedScopes: Readonly<Record<string, Kind>> = {
  fusedConv2d__op: 'dense',
  fusedDepthwiseConv2d__op: 'depthwise',
};

/**
 * Gives `tf.fused.conv2d` and `tf.fused.depthwiseConv2d` convgrad's gradient.
 *
 * tfjs-core's own gradient is a closure inside the op, whatever gradients are registered. It refuses dilation, NCHW and an x
 * without a batch, and it drops dimRoundingMode, whereupon the backward kernels refuse the sizes. The op passes the closure to
 * `engine.customGrad`, as users pass theirs to `tf.customGrad`. The closures of users are left alone.
 */
export function patchCustomGrad(tf: Tf, patches: MethodPatches): void {
  const gradients = new Map(kinds.map((kind) => [kind, gradientConfigs(tf, kind, builtinKernelNames[kind])[0]]));
  patches.patch(tf.engine(), 'customGrad', (original) => {
    const ours = function (this: unknown, op: CustomOp) {
      const kind = fusedScopes[tf.engine().state.activeScope?.name];
      const wrapped = kind ? withGradient(tf, op, gradients.get(kind) as GradConfig) : op;
      return (original as (this: unknown, op: CustomOp) => unknown).call(this, wrapped);
    };
    return ours as never;
  });
}

/** Wraps the op with our gradient. The gradient applies where our fused kernel computed the value from the op's own inputs. */
function withGradient(tf: Tf, op: CustomOp, forward: GradConfig): CustomOp {
  return (...args) => {
    const save = args.pop() as (tensors: Tensor[]) => void;
    const inputs = args as Tensor[];
    let saved: Tensor[] = [];
    const {value: result, run} = captureFusedRun(() =>
      op(...inputs, (tensors: Tensor[]) => {
        saved = tensors;
        save(tensors);
      }),
    );
    if (!run || !hasInputs(run, inputs)) return result;
    // Saved tensors come back as copies, in the same order.
    const [x, filter] = [saved.indexOf(inputs[0]), saved.indexOf(inputs[1])];
    if (x < 0 || filter < 0) return result;
    const gradFunc: CustomGradResult['gradFunc'] = (dy, kept) =>
      gradientsOf(tf, run, forward, dy, kept[x], kept[filter]);
    return {value: result.value, gradFunc};
  };
}

/** Whether these are the inputs of the run. The tensors themselves are compared, because several may share their data. */
function hasInputs({x, filter, bias}: FusedRun, inputs: readonly Tensor[]): boolean {
  const own = [x, filter, ...(bias ? [bias] : [])];
  return own.length === inputs.length && own.every((tensor, i) => tensor === inputs[i]);
}

function gradientsOf(tf: Tf, run: FusedRun, forward: GradConfig, dy: Tensor, x: Tensor, filter: Tensor): Tensor[] {
  const dy4D = tf.reshape(dy, run.y.shape);
  const ours = forward.gradFunc(dy4D, [x, filter], run.attrs) as Record<keyof NamedTensorMap, () => Tensor>;
  const gradients = [ours['x'](), ours['filter']()];
  return run.bias ? [...gradients, biasGradient(tf, dy4D, run.bias.shape, run.attrs['dataFormat'])] : gradients;
}
