import type {GradConfig, Tensor, Tensor3D, Tensor4D} from '@tensorflow/tfjs-core';
import {markOurs} from './kernels.js';
import type {Tf} from './tfjs.js';

/**
 * Gradients of other operations than convolutions, by kernel; convgrad replaces them because tfjs's own are wrong or missing.
 * Each consists of tfjs operations, so it runs on every backend and has gradients itself.
 */
export const repairedGradients: Readonly<Record<string, (tf: Tf) => GradConfig>> = {
  MirrorPad: mirrorPad,
  ResizeNearestNeighbor: (tf) => resize('ResizeNearestNeighbor', tf, tf.image.resizeNearestNeighbor),
  ResizeBilinear: (tf) => resize('ResizeBilinear', tf, tf.image.resizeBilinear),
  DepthToSpace: depthToSpace,
};

type GradFunc = (dy: Tensor, saved: Tensor[], attrs: never) => Record<string, () => Tensor>;

function config(kernelName: string, inputsToSave: string[], gradFunc: GradFunc): GradConfig {
  return {kernelName, inputsToSave, gradFunc: markOurs(gradFunc) as unknown as GradConfig['gradFunc']};
}

/**
 * The gradient of mirrorPad. Along each axis dx is the middle of dy, plus each border of dy, reversed and added where it was
 * copied from. tfjs omits the borders.
 */
function mirrorPad(tf: Tf): GradConfig {
  return config('MirrorPad', [], (dy, _saved, {paddings, mode}: {paddings: [number, number][]; mode: string}) => {
    // 'reflect' does not repeat the outermost element.
    const skipped = mode === 'reflect' ? 1 : 0;
    const alongAxis = (whole: Tensor, [before, after]: [number, number], axis: number): Tensor => {
      const size = whole.shape[axis] - before - after;
      const part = (from: number, length: number) =>
        tf.slice(
          whole,
          whole.shape.map((_, i) => (i === axis ? from : 0)),
          whole.shape.map((side, i) => (i === axis ? length : side)),
        );
      const border = (from: number, length: number, at: number) =>
        tf.pad(
          tf.reverse(part(from, length), axis),
          whole.shape.map((_, i): [number, number] => (i === axis ? [at, size - at - length] : [0, 0])),
        );
      return [
        ...(before > 0 ? [border(0, before, skipped)] : []),
        ...(after > 0 ? [border(before + size, after, size - skipped - after)] : []),
      ].reduce((sum, one) => tf.add(sum, one), part(before, size));
    };
    return {x: () => paddings.reduce(alongAxis, dy)};
  });
}

type Resize = (
  images: Tensor4D,
  size: [number, number],
  alignCorners?: boolean,
  halfPixelCenters?: boolean,
) => Tensor4D;
interface ResizeAttributes {
  alignCorners: boolean;
  halfPixelCenters: boolean;
}

/**
 * The gradient of a resize operation. Resizing multiplies by one matrix along the height and one along the width: y = R x Cᵀ, so
 * dx = Rᵀ dy C. The matrices are the op's own results on identities, so they equal the backend's to the last bit.
 */
function resize(kernelName: string, tf: Tf, op: Resize): GradConfig {
  return config(kernelName, ['images'], (dy, [images], {alignCorners, halfPixelCenters}: ResizeAttributes) => {
    /** [1, to, from] */
    const matrix = (from: number, to: number) =>
      tf.reshape(op(tf.reshape(tf.eye(from), [1, from, 1, from]), [to, 1], alignCorners, halfPixelCenters), [
        1,
        to,
        from,
      ]) as Tensor3D;
    const resizedBack = (): Tensor => {
      const [batch, height, width, channels] = images.shape;
      const [, newHeight, newWidth] = dy.shape;
      // [1, height×newHeight]·[batch, newHeight×newWidth·channels]→[batch, height×newWidth·channels]
      const rows = tf.matMul(
        matrix(height, newHeight),
        tf.reshape(dy, [batch, newHeight, newWidth * channels]) as Tensor3D,
        true,
      );
      // [1, width×newWidth]·[batch·height, newWidth×channels]→[batch·height, width×channels]
      const columns = tf.matMul(
        matrix(width, newWidth),
        tf.reshape(rows, [batch * height, newWidth, channels]) as Tensor3D,
        true,
      );
      return tf.reshape(columns, images.shape);
    };
    return {images: resizedBack};
  });
}

/** The gradient of depthToSpace, which tfjs lacks: each block of pixels returns to the depth of one pixel. */
function depthToSpace(tf: Tf): GradConfig {
  return config('DepthToSpace', [], (dy, _saved, {blockSize, dataFormat}: {blockSize: number; dataFormat: string}) => {
    const inNHWC = (images: Tensor): Tensor => {
      const [batch, height, width, channels] = images.shape;
      const [rows, columns] = [height / blockSize, width / blockSize];
      const blocks = tf.reshape(images, [batch * rows, blockSize, columns, blockSize * channels]);
      return tf.reshape(tf.transpose(blocks, [0, 2, 1, 3]), [batch, rows, columns, blockSize * blockSize * channels]);
    };
    if (dataFormat !== 'NCHW') return {x: () => inNHWC(dy)};
    return {x: () => tf.transpose(inNHWC(tf.transpose(dy, [0, 2, 3, 1])), [0, 3, 1, 2])};
  });
}
