import type {TensorNames} from '../geometry/conv2dInfo.js';
import type {Tf} from './tfjs.js';

/** The function that the user called and its names for the tensors of the convolution, for error messages. */
export interface UserOp {
  functionName: string;
  names?: TensorNames;
}

/** The ops of tfjs that call one of its convolution ops, by the name of the scope that tfjs opens for each. */
const userOps: Readonly<Record<string, UserOp>> = {
  conv1d__op: {functionName: 'conv1d'},
  separableConv2d__op: {functionName: 'separableConv2d'},
  conv2dTranspose__op: {functionName: 'conv2dTranspose', names: {x: 'outputShape', y: 'x'}},
};

/** The op of tfjs around the one that runs a kernel now, if it is a known one; otherwise `functionName` itself. */
export function userOpOf(tf: Tf, functionName: string): UserOp {
  return userOps[tf.engine().state.scopeStack.at(-2)?.name ?? ''] ?? {functionName};
}
