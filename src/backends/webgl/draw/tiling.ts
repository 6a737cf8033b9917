import type {TensorInfo} from '@tensorflow/tfjs-core';
import type {TensorEpilogue} from '../../implementation.js';
import type {WebGLBackend} from '../device/tfjsBackend.js';
import {epilogueText, epilogueVectors} from '../epilogue.js';
import {packedTextureOf, pairsOf} from '../texture/packedTexture.js';
import {
  assemble,
  type RectangleCopy,
  rowsPerTextureRow,
  type Size,
  texelRowsOf,
  texelShape,
} from '../texture/rectangles.js';
import type {TrackScratch} from '../texture/scratch.js';
import {type DrawProgram, runDraw} from './drawBuffers.js';
import {indices} from './fragmentTile.js';

/** How an image is cut into rectangles, which the draw buffers of a program hold. */
export interface Tiling {
  /** The size of one rectangle: its texture rows, each with `rowsAcross` rows of texels side by side, and the texels in one of these. */
  part: Size;
  rowsAcross: number;
  /** How many rectangles that lie below each other in the image one draw buffer holds side by side. */
  strips: number;
  /** The size of a draw buffer, in texels. */
  size: Size;
  /** How many draw buffers share the same rows, and lie side by side in the image. */
  columns: number;
}

/**
 * A draw buffer of at least this width is not cut into strips to make its width even. Fragments are computed two by two, and few of them
 * lie beyond it.
 */
const minWidth = 8;

/**
 * The tiling of an image for so many draw buffers below and beside each other.
 * @param together rows that form a group. A rectangle is rounded up to whole groups if that adds at most 20 %. The rows of a fragment then
 * have the same place in their groups.
 */
export function tilingOf(
  shape: readonly number[],
  {rows, columns}: {rows: number; columns: number},
  maxSide: number,
  together = 1,
): Tiling {
  const rowsAcross = rowsPerTextureRow(shape, maxSide) as number;
  const height = Math.ceil(texelRowsOf(shape) / rowsAcross);
  const across = Math.ceil(pairsOf(shape[3]) / columns);
  const width = rowsAcross * across;
  const strips = width % 2 === 1 && width < minWidth && height > 1 ? 2 : 1;
  const least = Math.ceil(height / (rows * strips));
  const alike = Math.ceil(least / together) * together;
  const part = [alike <= Math.min(1.2 * least, maxSide) ? alike : least, across] as const;
  return {part, rowsAcross, strips, size: [part[0], strips * width], columns};
}

/**
 * GLSL for {@link runTiled}; needs `quotient`. `firstAt` is the row of texels and the pair of channels that a fragment computes for its
 * first draw buffer. `rowsBelow` is the distance in rows to those of the next draw buffer below.
 */
export const tilingText = `
  ivec2 firstAt() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    int beside = quotient(at.x, tiling.y);
    int strip = quotient(beside, tiling.z);
    return ivec2((strip * tiling.x + at.y) * tiling.z + beside - strip * tiling.z, at.x - beside * tiling.y);
  }

  int rowsBelow() {
    return tiling.x * tiling.z * tiling.w;
  }
`;

/**
 * GLSL for {@link runTiled}; needs `quotient` and `texelAtText`. `resultAt` is the place of a texel in the image, and `withEpilogue`
 * finishes its sum.
 */
export const resultText = (epilogue?: TensorEpilogue) => `
  ${epilogueVectors(epilogue)
    .map(([name]) => `vec4 get${name}(int channel) { return texelAt(${name}, channel >> 1); }`)
    .join('\n  ')}

  // The first pixel of a row of texels: image, line and column.
  ivec4 resultAt(int row) {
    int across = (resultShape.z + 1) >> 1;
    int line = quotient(row, across), n = quotient(line, resultShape.y);
    return ivec4(n, line - n * resultShape.y, 2 * (row - line * across), 0);
  }

  vec4 withEpilogue(vec4 value, ivec4 at) {
    ${epilogueText(epilogue)}
    // The unused lanes of a texel are zeros, because tfjs's packed matMul multiplies them.
    bool lastRow = at.z + 1 == resultShape.z, lastColumn = at.w + 1 == channels;
    return vec4(value.x, lastColumn ? 0. : value.y, lastRow ? 0. : value.z, lastRow || lastColumn ? 0. : value.w);
  }
`;

/** A program over the draw buffers of a tiling, and what it runs with. */
interface TiledDraw {
  /** With its own uniforms. `runTiled` adds those of the tiling, the result and the epilogue. */
  program: Pick<DrawProgram, 'text' | 'samplers' | 'uniforms'>;
  /** As they lie in their textures, in the order of the samplers. */
  inputs: readonly TensorInfo[];
  /** The shape of the result, [N, H, W, C]. */
  result: number[];
  tiling: Tiling;
  drawBuffers: number;
  epilogue: TensorEpilogue | undefined;
}

/**
 * Runs a program over the draw buffers of a tiling and copies their rectangles into one texture.
 * @param track takes the tensors to release afterwards
 * @returns the result, as a packed tensor
 */
export function runTiled(
  backend: WebGLBackend,
  {program: {text, samplers, uniforms}, inputs, result, tiling, drawBuffers, epilogue}: TiledDraw,
  track: TrackScratch,
): TensorInfo {
  const beside = epilogueVectors(epilogue);
  const program = {
    text,
    samplers: [...samplers, ...beside.map(([name]) => name)],
    uniforms: {
      ...uniforms,
      ...{
        tiling: [...tiling.part, tiling.rowsAcross, tiling.strips],
        resultShape: texelShape(result),
        channels: [result[3]],
      },
    },
    floats: {alpha: epilogue?.leakyreluAlpha ?? 0},
    drawBuffers,
  };
  const vectors = beside.map(([, tensor]) => packedTextureOf(backend, tensor, track).tensor);
  const held = runDraw(backend, program, [...inputs, ...vectors], tiling.size).map(track);
  return assemble(backend, result, copiesOf(held, tiling, result[3]), tiling.rowsAcross);
}

/**
 * Where the rectangles of the draw buffers belong in the image.
 * @param channels of the image
 */
function copiesOf(drawBuffers: readonly TensorInfo[], tiling: Tiling, channels: number): RectangleCopy[] {
  const {
    part: [rows, across],
    rowsAcross,
    strips,
    columns,
  } = tiling;
  const pairs = pairsOf(channels);
  return drawBuffers.flatMap((from, t) =>
    indices(strips * rowsAcross).map((beside): RectangleCopy => {
      const [strip, row] = [Math.floor(beside / rowsAcross), beside % rowsAcross];
      const right = (t % columns) * across;
      const to = [(Math.floor(t / columns) * strips + strip) * rows, row * pairs + right] as const;
      return {from, at: [0, beside * across], to, size: [rows, Math.min(across, pairs - right)]};
    }),
  );
}
