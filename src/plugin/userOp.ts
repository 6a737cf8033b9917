import type {TensorNames} from '../geometry/conv2dInfo.js';
import type {Tf} from './tfjs.js';

/** What the user called, for error messages, and what the tensors of the convolution are called there. */
export interface UserOp {
  functionName: string;
  names?: TensorNames;
}

/** The ops of tfjs that run one of its convolution ops, by the scope that tfjs opens for each. */
const userOps: Readonly<Record<string, UserOp>> = {
  conv1d__op: {functionName: 'conv1d'},
  separableConv2d__op: {functionName: 'separableConv2d'},
  conv2dTranspose__op: {functionName: 'conv2dTranspose', names: {x: 'outputShape', y: 'x'}},
};

/** The op around the one that runs a kernel now, where it is one of tfjs's own. */
export function userOpOf(tf: Tf, functionName: string): UserOp {
  return userOps[tf.engine().state.scopeStack.at(-2)?.name ?? ''] ?? {functionName};
}
