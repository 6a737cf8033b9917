import type {TensorInfo} from '@tensorflow/tfjs-core';
import type {WebGLBackend} from '../device/tfjsBackend.js';
import type {TrackScratch} from './scratch.js';

/** Pairs that hold so many pixels or channels. */
export const pairsOf = (size: number) => Math.ceil(size / 2);

/** A packed tensor whose texture a shader reads by itself. */
export interface PackedTexture {
  tensor: TensorInfo;
  /** Whether each row of the texture is one row of the tensor's texels. If not, tfjs made the texture square, or for another shape. */
  isRowAligned: boolean;
}

/**
 * The tensor on the GPU, packed, as `runWebGLProgram` hands it to a program.
 * @param track takes a copy to release afterwards, if one is needed
 */
export function packedTextureOf(backend: WebGLBackend, tensor: TensorInfo, track: TrackScratch): PackedTexture {
  const data = backend.texData.get(tensor.dataId);
  if (!data.texture) Object.assign(data, {isPacked: true, shape: tensor.shape});
  backend.uploadToGPU(tensor.dataId);
  const source = isPackedAs(tensor.shape, data)
    ? tensor
    : track(
        data.isPacked
          ? backend.packedReshape({...tensor, shape: data.shape}, tensor.shape)
          : backend.packTensor(tensor),
      );
  const [, width] = backend.texData.get(source.dataId).texShape;
  return {tensor: source, isRowAligned: pairsOf(width) === pairsOf(tensor.shape[tensor.shape.length - 1])};
}

/** Whether a texture suits a shape: the last two dimensions agree. A texel holds pairs of both, and the others only order the texels. */
function isPackedAs(shape: readonly number[], data: {isPacked: boolean; shape: readonly number[]}): boolean {
  return data.isPacked && data.shape.slice(-2).join() === shape.slice(-2).join();
}

/** GLSL: reads a texel by its index among the tensor's texels, in a texture whose rows may differ from the tensor's. */
export const texelAtText = `
  vec4 texelAt(sampler2D image, int index) {
    ivec2 size = textureSize(image, 0);
    return texelFetch(image, ivec2(index % size.x, index / size.x), 0);
  }
`;
