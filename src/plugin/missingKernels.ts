import type {WrongGradient} from '../backends/backend.js';
import {backendNamed} from '../backends/index.js';
import type {Tf} from './tfjs.js';

/** The kernels that ops of tfjs run only in their gradients, by op. Gradients run other kernels too, but those also run forward. */
export const gradientKernels: Readonly<Record<string, readonly string[]>> = {
  conv2d: ['Conv2DBackpropInput', 'Conv2DBackpropFilter'],
  depthwiseConv2d: ['DepthwiseConv2dNativeBackpropInput', 'DepthwiseConv2dNativeBackpropFilter'],
  conv3d: ['Conv3DBackpropInputV2', 'Conv3DBackpropFilterV2'],
  dilation2d: ['Dilation2DBackpropInput', 'Dilation2DBackpropFilter'],
  maxPool: ['MaxPoolGrad'],
  avgPool: ['AvgPoolGrad'],
  maxPool3d: ['MaxPool3DGrad'],
  avgPool3d: ['AvgPool3DGrad'],
  localResponseNormalization: ['LRNGrad'],
  'image.resizeBilinear': ['ResizeBilinearGrad'],
  'image.resizeNearestNeighbor': ['ResizeNearestNeighborGrad'],
  elu: ['EluGrad'],
  gather: ['UnsortedSegmentSum'],
};

/** An op that runs forward on a backend but cannot be trained there. */
export interface UntrainableOp {
  /** The op's name below `tf`, for example `image.resizeBilinear`. */
  op: string;
  /** The kernels that its gradient needs and the backend lacks. */
  kernels: string[];
}

/**
 * The ops that cannot be trained on a backend at present. Kernels that their gradients run are registered neither by tfjs nor, if
 * it is installed, by convgrad. Empty for a backend that is not imported.
 */
export function missingKernels(tf: Tf, backend: string): UntrainableOp[] {
  if (tf.getKernelsForBackend(backend).length === 0) return [];
  return Object.entries(gradientKernels)
    .map(([op, kernels]) => ({op, kernels: kernels.filter((kernel) => !tf.getKernel(kernel, backend))}))
    .filter(({kernels}) => kernels.length > 0);
}

/** Wrong gradients that tfjs computes without a kernel of their own, and so on every backend. */
const coreGradients: readonly WrongGradient[] = [
  {op: 'mirrorPad', when: 'always: the borders are left out', repaired: true},
  {op: 'depthToSpace', when: 'always: tfjs has none', repaired: true},
  {
    op: 'layers.batchNormalization',
    when: 'throws over axis 1, as after channelsFirst',
    repaired: false,
  },
];

/**
 * The gradients that tfjs computes wrong on a backend, found by `checkGradients` and by comparison with cpu. On GPU backends, kernels were
 * not examined.
 */
export function wrongGradients(backend: string): readonly WrongGradient[] {
  return [...coreGradients, ...(backendNamed(backend)?.faults.gradients ?? [])];
}
