import type {TensorInfo} from '@tensorflow/tfjs';
import type {WebGLBackend} from '../device/tfjsBackend.js';
import type {TrackScratch} from './scratch.js';

/** How many pairs hold so many pixels or channels. */
export const pairsOf = (size: number) => Math.ceil(size / 2);

/** A tensor whose texture a shader reads by itself. */
export interface PackedTexture {
  tensor: TensorInfo;
  /** Whether its rows of texels are those of the texture; else the texture was made square, or for another shape. */
  isRowAligned: boolean;
}

/**
 * The tensor on the GPU, packed, as `runWebGLProgram` hands it to a program.
 * @param track takes a copy that is to be released afterwards
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

/** Texels are pairs of the last two dimensions, in the order of the others. */
function isPackedAs(shape: readonly number[], data: {isPacked: boolean; shape: readonly number[]}): boolean {
  return data.isPacked && data.shape.slice(-2).join() === shape.slice(-2).join();
}

/** In GLSL: a texel by its place among those of the tensor, in a texture of other rows. */
export const texelAtText = `
  vec4 texelAt(sampler2D image, int index) {
    ivec2 size = textureSize(image, 0);
    return texelFetch(image, ivec2(index % size.x, index / size.x), 0);
  }
`;
