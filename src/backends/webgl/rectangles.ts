import type {TensorInfo} from '@tensorflow/tfjs';
import type {Fusion} from '../implementation.js';
import {numbers} from './block.js';
import {epilogueInputs, epilogueText} from './epilogue.js';
import {pairsOf} from './source.js';
import {framebufferOf, makeTexture, textureOf} from './targets.js';
import type {WebGLBackend} from './tfjsBackend.js';

type Size = readonly [height: number, width: number];

/** Sizes of an image in texels of channels. */
export const texelShape = ([n, h, w, channels]: readonly number[]) => [n, h, w, pairsOf(channels)];

/** Rows are counted in floats, of which a quotient is exact below. */
const mostRows = 2 ** 22;

const rowsOf = ([n, h, w]: readonly number[]) => n * h * pairsOf(w);

/** How many rows of texels of an image [N, H, W, C] stand abreast in its texture: one, or as many as make it no higher than `maxSide`. Undefined where nothing does. */
export function abreastOf(shape: readonly number[], maxSide: number): number | undefined {
  const rows = rowsOf(shape);
  const abreast = Math.ceil(rows / maxSide);
  return rows <= mostRows && abreast * pairsOf(shape[3]) <= maxSide ? abreast : undefined;
}

/** How an image is cut into rectangles, which the targets of a program hold. */
export interface Cut {
  /** Of one rectangle: its rows of texels, those abreast counted as one, and its texels across one of them. */
  part: Size;
  abreast: number;
  /** How many rectangles below each other one target holds, beside each other. */
  strips: number;
  /** Of a target. */
  size: Size;
  /** How many targets have the same rows. */
  columns: number;
}

/** A target of so many texels across is not cut into strips to make it even: of its fragments, which are computed two by two, few lie beyond it. */
const leastAcross = 8;

/**
 * The cut of an image for so many targets below and beside each other.
 * @param together the rows of a rectangle are a multiple of so many where that makes it little higher: the rows of a fragment's targets then lie alike
 */
export function cutOf(
  shape: readonly number[],
  {rows, columns}: {rows: number; columns: number},
  maxSide: number,
  together = 1,
): Cut {
  const abreast = abreastOf(shape, maxSide) as number;
  const height = Math.ceil(rowsOf(shape) / abreast);
  const across = Math.ceil(pairsOf(shape[3]) / columns);
  const width = abreast * across;
  const strips = width % 2 === 1 && width < leastAcross && height > 1 ? 2 : 1;
  const least = Math.ceil(height / (rows * strips));
  const alike = Math.ceil(least / together) * together;
  const part = [alike <= Math.min(1.2 * least, maxSide) ? alike : least, across] as const;
  return {part, abreast, strips, size: [part[0], strips * width], columns};
}

/** The cut as shaders get it, an `ivec4`. */
export const cutUniform = ({part, abreast, strips}: Cut) => [...part, abreast, strips];

/**
 * In GLSL, for a program with the uniform `cut`, after `dividing`: what a fragment computes for its first target, a row of texels and a pair of channels,
 * and how many rows below that those of the next one lie.
 */
export const cuttingText = `
  ivec2 firstAt() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    int beside = over(at.x, cut.y);
    int strip = over(beside, cut.z);
    return ivec2((strip * cut.x + at.y) * cut.z + beside - strip * cut.z, at.x - beside * cut.y);
  }

  int rowsBelow() {
    return cut.x * cut.z * cut.w;
  }
`;

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

/** The targets of a cut, where they belong in the image. @param channels of it */
export function placed(targets: readonly TensorInfo[], cut: Cut, channels: number): Move[] {
  const {
    part: [rows, across],
    abreast,
    strips,
    columns,
  } = cut;
  const pairs = pairsOf(channels);
  return targets.flatMap((from, t) =>
    numbers(strips * abreast).map((beside): Move => {
      const [strip, row] = [Math.floor(beside / abreast), beside % abreast];
      const right = (t % columns) * across;
      const to = [(Math.floor(t / columns) * strips + strip) * rows, row * pairs + right] as const;
      return {from, at: [0, beside * across], to, size: [rows, Math.min(across, pairs - right)]};
    }),
  );
}

/** A tensor of rectangles, which may reach beyond its texture. @param abreast how many rows of texels stand beside each other, see {@link abreastOf} */
export function assemble(backend: WebGLBackend, shape: number[], moves: readonly Move[], abreast = 1): TensorInfo {
  const result = backend.makeTensorInfo(shape, 'float32');
  const size = [Math.ceil(rowsOf(shape) / abreast), abreast * pairsOf(shape[3])];
  // Which texel is which follows from the width of the texture, whatever tfjs would have made it.
  Object.assign(backend.texData.get(result.dataId), {isPacked: true, texShape: size.map((texels) => 2 * texels)});
  backend.uploadToGPU(result.dataId);
  move(backend, moves, result);
  return result;
}

/** The textures of `runTargets` below each other in one: a shader that read them apart would read all of them for each texel, see `outputAt`. */
export function joined(backend: WebGLBackend, targets: readonly TensorInfo[], part: Size): TensorInfo {
  const whole = makeTexture(backend, [targets.length * part[0], part[1]]);
  const moves = targets.map((from, t): Move => ({from, to: [t * part[0], 0], size: part}));
  move(backend, moves, whole);
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
