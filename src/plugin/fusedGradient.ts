import type {Tensor, TensorInfo} from '@tensorflow/tfjs';
import {type FusedRun, watchFusedRuns} from './fusedRun.js';
import type {MethodSwaps} from './methodSwaps.js';
import type {Tf} from './tfjs.js';

/** What the function given to tf.customGrad returns. */
interface Result {
  value: Tensor;
  gradFunc(dy: Tensor, saved: Tensor[]): Tensor | Tensor[];
}
type CustomOp = (...inputs: unknown[]) => Result;

/**
 * Gives `tf.fused.conv2d` its gradient where tfjs-core has none. There it is a closure inside the op, whatever is registered: it refuses
 * dilation, NCHW and an x without batch, and where it drops dimRoundingMode the backward kernels refuse the sizes. But each such closure
 * goes through `engine.customGrad`. Where one whose value our fused kernel made throws, or returns another shape, the registered gradient of the convolution is taken.
 */
export function swapCustomGrad(tf: Tf, swaps: MethodSwaps): void {
  const observed =
    (op: CustomOp): CustomOp =>
    (...inputs) => {
      const save = inputs.pop() as (tensors: Tensor[]) => void;
      let saved: Tensor[] = [];
      const {value: result, run} = watchFusedRuns(() =>
        op(...inputs, (tensors: Tensor[]) => {
          saved = tensors;
          save(tensors);
        }),
      );
      return run && run.y.dataId === result.value?.dataId ? withGradient(tf, result, run, saved) : result;
    };
  swaps.swap(tf.engine(), 'customGrad', (original) => {
    const ours = function (this: unknown, op: CustomOp) {
      return (original as (this: unknown, op: CustomOp) => unknown).call(this, observed(op));
    };
    return ours as never;
  });
}

/** The result with our gradient where its own throws. */
function withGradient(tf: Tf, result: Result, run: FusedRun, saved: readonly Tensor[]): Result {
  // What is saved comes back as copies in the same order; the tensors of the run may be gone by then.
  const at = (tensor: TensorInfo) => saved.findIndex(({dataId}) => dataId === tensor.dataId);
  const [x, filter] = [at(run.x), at(run.filter)];
  if (x < 0 || filter < 0) return result;
  const yShape = [...run.y.shape];
  const biasShape = run.bias && [...run.bias.shape];
  return {
    value: result.value,
    gradFunc(dy, kept) {
      try {
        const theirs = result.gradFunc(dy, kept);
        // Of an x without batch, the depthwise closure returns a gradient without batch, which the tape refuses.
        if (String([theirs].flat()[0].shape) === String(kept[x].shape)) return theirs;
      } catch {
        // It refuses: ours then.
      }
      const dy4D = tf.reshape(dy, yShape);
      const ours = tf.getGradient(run.forward).gradFunc(dy4D, [kept[x], kept[filter]], run.attrs);
      const gradients = [ours['x'](), ours['filter']()];
      return biasShape ? [...gradients, biasGradient(tf, run, dy4D, biasShape)] : gradients;
    },
  };
}

/** dy summed to the shape of the bias, which in NCHW stands along the channels when it is a vector. */
function biasGradient(tf: Tf, {attrs}: FusedRun, dy: Tensor, shape: number[]): Tensor {
  const alongChannels = attrs['dataFormat'] === 'NCHW' && shape.length === 1 && shape[0] !== 1;
  const axes = alongChannels ? [0, 2, 3] : tf.backend_util.getReductionAxes(shape, dy.shape);
  return tf.reshape(tf.sum(dy, axes), shape);
}
