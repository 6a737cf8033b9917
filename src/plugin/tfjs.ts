import type * as core from '@tensorflow/tfjs-core';
import {
  add,
  backend_util,
  broadcastTo,
  clone,
  conv2d,
  customGrad,
  depthwiseConv2d,
  Environment,
  engine,
  env,
  expandDims,
  eye,
  getBackend,
  getGradient,
  getKernel,
  getKernelsForBackend,
  image,
  matMul,
  pad,
  registerGradient,
  registerKernel,
  reshape,
  reverse,
  serialization,
  setBackend,
  slice,
  squeeze,
  sum,
  Tensor,
  tensor,
  tidy,
  transpose,
  unregisterGradient,
  unregisterKernel,
  Variable,
  version_core,
  zeros,
} from '@tensorflow/tfjs-core';

/** A copy of tfjs, as far as convgrad uses it: the module `@tensorflow/tfjs-core`, or `@tensorflow/tfjs`, which has all of that. */
export type Tf = Pick<
  typeof core,
  | 'add'
  | 'backend_util'
  | 'broadcastTo'
  | 'clone'
  | 'conv2d'
  | 'customGrad'
  | 'depthwiseConv2d'
  | 'Environment'
  | 'engine'
  | 'env'
  | 'expandDims'
  | 'eye'
  | 'getBackend'
  | 'getGradient'
  | 'getKernel'
  | 'getKernelsForBackend'
  | 'image'
  | 'matMul'
  | 'pad'
  | 'registerGradient'
  | 'registerKernel'
  | 'reshape'
  | 'reverse'
  | 'serialization'
  | 'setBackend'
  | 'slice'
  | 'squeeze'
  | 'sum'
  | 'Tensor'
  | 'tensor'
  | 'tidy'
  | 'transpose'
  | 'unregisterGradient'
  | 'unregisterKernel'
  | 'Variable'
  | 'version_core'
  | 'zeros'
>;

/** The copy of tfjs that this package resolves to; `install({tf})` serves others. Bundlers leave out what is not named here. */
export const defaultTf: Tf = {
  add,
  backend_util,
  broadcastTo,
  clone,
  conv2d,
  customGrad,
  depthwiseConv2d,
  Environment,
  engine,
  env,
  expandDims,
  eye,
  getBackend,
  getGradient,
  getKernel,
  getKernelsForBackend,
  image,
  matMul,
  pad,
  registerGradient,
  registerKernel,
  reshape,
  reverse,
  serialization,
  setBackend,
  slice,
  squeeze,
  sum,
  Tensor,
  tensor,
  tidy,
  transpose,
  unregisterGradient,
  unregisterKernel,
  Variable,
  version_core,
  zeros,
};
