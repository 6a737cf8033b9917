import type {TensorInfo} from '@tensorflow/tfjs';
import {framebufferOf, makeTexture, textureOf} from './targets.js';
import type {WebGLBackend} from './tfjsBackend.js';

type Size = readonly [height: number, width: number];

/**
 * A tensor of the textures of `runTargets`, each of which is a rectangle of it, so many of them beside each other; the last ones may reach beyond it.
 * @param part the size of a target
 * @param shape of the tensor, whose rows of texels must be those of its texture
 */
export function assemble(
  backend: WebGLBackend,
  targets: readonly TensorInfo[],
  part: Size,
  across: number,
  shape: number[],
): TensorInfo {
  const result = backend.makeTensorInfo(shape, 'float32');
  Object.assign(backend.texData.get(result.dataId), {isPacked: true});
  backend.uploadToGPU(result.dataId);
  copy(backend, targets, part, across, result);
  return result;
}

/** The textures of `runTargets` below each other in one: a shader that read them apart would read all of them for each texel, see `outputAt`. */
export function joined(backend: WebGLBackend, targets: readonly TensorInfo[], part: Size): TensorInfo {
  const whole = makeTexture(backend, [targets.length * part[0], part[1]]);
  copy(backend, targets, part, 1, whole);
  return whole;
}

function copy(
  backend: WebGLBackend,
  targets: readonly TensorInfo[],
  [height, width]: Size,
  across: number,
  whole: TensorInfo,
): void {
  const {gl} = backend.gpgpu;
  const [rows, columns] = backend.texData.get(whole.dataId).texShape.map((size) => Math.ceil(size / 2));
  gl.bindFramebuffer(gl.FRAMEBUFFER, framebufferOf(backend));
  const attach = (texture: WebGLTexture | null) =>
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
  gl.activeTexture(gl.TEXTURE0);
  gl.bindTexture(gl.TEXTURE_2D, textureOf(backend, whole));
  for (const [i, target] of targets.entries()) {
    const [x, y] = [(i % across) * width, Math.floor(i / across) * height];
    if (x >= columns || y >= rows) continue;
    attach(textureOf(backend, target));
    gl.copyTexSubImage2D(gl.TEXTURE_2D, 0, x, y, 0, 0, Math.min(width, columns - x), Math.min(height, rows - y));
  }
  attach(null);
}
