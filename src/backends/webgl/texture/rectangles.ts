import type {TensorInfo} from '@tensorflow/tfjs-core';
import type {WebGLBackend} from '../device/tfjsBackend.js';
import {framebufferOf, makeTexture, textureOf} from '../draw/drawBuffers.js';
import {maxDividend} from '../draw/glsl.js';
import {pairsOf} from './packedTexture.js';

export type Size = readonly [height: number, width: number];

/** The shape of an image [N, H, W, C] with its channels counted in pairs. */
export const texelShape = ([n, h, w, channels]: readonly number[]) => [n, h, w, pairsOf(channels)];

/** The number of an image's rows of texels. */
export const texelRowsOf = ([n, h, w]: readonly number[]) => n * h * pairsOf(w);

/**
 * How many rows of texels of an image [N, H, W, C] lie side by side in its texture: one, or as many as keep its height within `maxSide`.
 * Undefined if that is too wide, or if the image has more than {@link maxDividend} rows of texels.
 */
export function rowsPerTextureRow(shape: readonly number[], maxSide: number): number | undefined {
  const rows = texelRowsOf(shape);
  const rowsAcross = Math.ceil(rows / maxSide);
  return rows <= maxDividend && rowsAcross * pairsOf(shape[3]) <= maxSide ? rowsAcross : undefined;
}

/** A rectangle to copy from one texture into another, in texels. */
export interface RectangleCopy {
  from: TensorInfo;
  /** Its place in `from`; [0, 0] if absent. */
  at?: Size;
  to: Size;
  size: Size;
}

/**
 * Makes a tensor from rectangles. Parts of them beyond its texture are left out.
 * @param rowsAcross rows of texels that lie side by side, see {@link rowsPerTextureRow}
 */
export function assemble(
  backend: WebGLBackend,
  shape: number[],
  copies: readonly RectangleCopy[],
  rowsAcross = 1,
): TensorInfo {
  // The place of each texel follows from the width of the texture, so the width may differ from the one that tfjs would choose.
  const result = makeTexture(
    backend,
    [Math.ceil(texelRowsOf(shape) / rowsAcross), rowsAcross * pairsOf(shape[3])],
    shape,
  );
  copyRectangles(backend, copies, result);
  return result;
}

/**
 * Stacks the draw buffers of `runDraw` in one texture. A shader with a sampler for each would read all of them at each texel (`outputAt`).
 */
export function stackTextures(backend: WebGLBackend, drawBuffers: readonly TensorInfo[], part: Size): TensorInfo {
  const whole = makeTexture(backend, [drawBuffers.length * part[0], part[1]]);
  const copies = drawBuffers.map((from, t): RectangleCopy => ({from, to: [t * part[0], 0], size: part}));
  copyRectangles(backend, copies, whole);
  return whole;
}

function copyRectangles(backend: WebGLBackend, copies: readonly RectangleCopy[], whole: TensorInfo): void {
  const {gl} = backend.gpgpu;
  const [rows, columns] = backend.texData.get(whole.dataId).texShape.map((size) => Math.ceil(size / 2));
  gl.bindFramebuffer(gl.FRAMEBUFFER, framebufferOf(backend));
  const attach = (texture: WebGLTexture | null) =>
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
  gl.activeTexture(gl.TEXTURE0);
  gl.bindTexture(gl.TEXTURE_2D, textureOf(backend, whole));
  let attached: TensorInfo | undefined;
  for (const {
    from,
    at: [fromY, fromX] = [0, 0],
    to: [y, x],
    size,
  } of copies) {
    const [height, width] = [Math.min(size[0], rows - y), Math.min(size[1], columns - x)];
    if (height <= 0 || width <= 0) continue;
    if (from !== attached) attach(textureOf(backend, from));
    attached = from;
    gl.copyTexSubImage2D(gl.TEXTURE_2D, 0, x, y, fromX, fromY, width, height);
  }
  attach(null);
}
