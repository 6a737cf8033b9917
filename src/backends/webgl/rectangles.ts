import type {TensorInfo} from '@tensorflow/tfjs';
import type {Fusion} from '../implementation.js';
import {epilogueInputs, epilogueText} from './epilogue.js';
import {pairsOf} from './source.js';
import {framebufferOf, makeTexture, textureOf} from './targets.js';
import type {WebGLBackend} from './tfjsBackend.js';

type Size = readonly [height: number, width: number];

/** Sizes of an image in texels of channels. */
export const texelShape = ([n, h, w, channels]: readonly number[]) => [n, h, w, pairsOf(channels)];

/** Whether the rows of texels of an image [N, H, W, C] are those of its texture. */
export function holdsRectangles([n, h, w, channels]: readonly number[], maxSide: number): boolean {
  return Math.max(n * h * pairsOf(w), pairsOf(channels)) <= maxSide;
}

/** The size of one of so many rectangles of an image, below and beside each other. */
export function partOf([n, h, w, channels]: readonly number[], {rows, columns}: {rows: number; columns: number}) {
  return [Math.ceil((n * h * pairsOf(w)) / rows), Math.ceil(pairsOf(channels) / columns)] as const;
}

/** In GLSL: where a texel of an image belongs, and what becomes of its sum, for a program with uniforms `resultShape` in texels, `channels` and `alpha`. */
export const finishingText = (fusion?: Fusion) => `
  ${epilogueInputs(fusion)
    .map(([name]) => `vec4 get${name}(int channel) { return texelAt(${name}, channel >> 1); }`)
    .join('\n  ')}

  // The first pixel of a row of texels: image, line and column.
  ivec4 resultAt(int row) {
    int across = (resultShape.z + 1) >> 1;
    int line = over(row, across), n = over(line, resultShape.y);
    return ivec4(n, line - n * resultShape.y, 2 * (row - line * across), 0);
  }

  vec4 finished(vec4 value, ivec4 at) {
    ${epilogueText(fusion)}
    // The unused lanes of a texel are zeros, because tfjs's packed matMul multiplies them.
    bool lastRow = at.z + 1 == resultShape.z, lastColumn = at.w + 1 == channels;
    return vec4(value.x, lastColumn ? 0. : value.y, lastRow ? 0. : value.z, lastRow || lastColumn ? 0. : value.w);
  }
`;

/** A rectangle that goes from one texture into another, in texels. */
export interface Move {
  from: TensorInfo;
  /** Where it lies there; at the beginning when absent. */
  at?: Size;
  to: Size;
  size: Size;
}

/** The textures of `runTargets` beside and below each other. @param part the size of a target @param across how many stand beside each other */
export function placed(targets: readonly TensorInfo[], part: Size, across: number): Move[] {
  return targets.map((from, i) => ({
    from,
    to: [Math.floor(i / across) * part[0], (i % across) * part[1]],
    size: part,
  }));
}

/** A tensor of rectangles, which may reach beyond it. @param shape whose rows of texels must be those of its texture, see {@link holdsRectangles} */
export function assemble(backend: WebGLBackend, shape: number[], moves: readonly Move[]): TensorInfo {
  const result = backend.makeTensorInfo(shape, 'float32');
  Object.assign(backend.texData.get(result.dataId), {isPacked: true});
  backend.uploadToGPU(result.dataId);
  move(backend, moves, result);
  return result;
}

/** The textures of `runTargets` below each other in one: a shader that read them apart would read all of them for each texel, see `outputAt`. */
export function joined(backend: WebGLBackend, targets: readonly TensorInfo[], part: Size): TensorInfo {
  const whole = makeTexture(backend, [targets.length * part[0], part[1]]);
  move(backend, placed(targets, part, 1), whole);
  return whole;
}

function move(backend: WebGLBackend, moves: readonly Move[], whole: TensorInfo): void {
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
  } of moves) {
    const [height, width] = [Math.min(size[0], rows - y), Math.min(size[1], columns - x)];
    if (height <= 0 || width <= 0) continue;
    if (from !== attached) attach(textureOf(backend, from));
    attached = from;
    gl.copyTexSubImage2D(gl.TEXTURE_2D, 0, x, y, fromX, fromY, width, height);
  }
  attach(null);
}
