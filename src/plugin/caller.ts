import type {TensorNames} from '../geometry/conv2dInfo.js';
import type {Tf} from './tfjs.js';

/** What the user called, for error messages, and what the tensors of the convolution are called there. */
export interface Caller {
  functionName: string;
  names?: TensorNames;
}

/** The ops of tfjs that run one of its convolution ops, by the scope that tfjs opens for each. */
const callers: Readonly<Record<string, Caller>> = {
  conv1d__op: {functionName: 'conv1d'},
  separableConv2d__op: {functionName: 'separableConv2d'},
  conv2dTranspose__op: {functionName: 'conv2dTranspose', names: {x: 'outputShape', y: 'x'}},
};

/** The op around the one that runs a kernel now, where it is one of tfjs's own. */
export function callerOf(tf: Tf, functionName: string): Caller {
  return callers[tf.engine().state.scopeStack.at(-2)?.name ?? ''] ?? {functionName};
}
