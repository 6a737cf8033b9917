import type {TensorInfo} from '@tensorflow/tfjs';
import type {Fusion} from '../implementation.js';
import {numbers} from './block.js';
import {epilogueInputs, epilogueText} from './epilogue.js';
import type {Hold} from './holding.js';
import {abreastOf, assemble, type Move, rowsOf, type Size, texelShape} from './rectangles.js';
import {pairsOf, sourceOf} from './source.js';
import {runTargets, type TargetsProgram} from './targets.js';
import type {WebGLBackend} from './tfjsBackend.js';

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

/**
 * In GLSL, for {@link runCut}, after `dividing`: what a fragment computes for its first target, a row of texels and a pair of channels,
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

/** In GLSL, for {@link runCut}, after `texelAtText`: where a texel of an image belongs, and what becomes of its sum. */
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

/** What a program over the targets of a cut is run with. */
interface CutRun {
  /** With uniforms of its own; those of the cut, the result and the epilogue come beside them. */
  program: Pick<TargetsProgram, 'text' | 'samplers' | 'uniforms'>;
  /** As they lie in their textures, in the order of the samplers. */
  inputs: readonly TensorInfo[];
  /** The shape of the result, [N, H, W, C]. */
  result: number[];
  cut: Cut;
  targets: number;
  fusion: Fusion | undefined;
}

/**
 * Runs a program over the targets of a cut and puts their rectangles together.
 * @param hold takes what is to be released afterwards
 */
export function runCut(
  backend: WebGLBackend,
  {program: {text, samplers, uniforms}, inputs, result, cut, targets, fusion}: CutRun,
  hold: Hold,
): TensorInfo {
  const beside = epilogueInputs(fusion);
  const program = {
    text,
    samplers: [...samplers, ...beside.map(([name]) => name)],
    uniforms: {
      ...uniforms,
      ...{cut: [...cut.part, cut.abreast, cut.strips], resultShape: texelShape(result), channels: [result[3]]},
    },
    floats: {alpha: fusion?.leakyreluAlpha ?? 0},
    targets,
  };
  const vectors = beside.map(([, tensor]) => sourceOf(backend, tensor, hold).tensor);
  const held = runTargets(backend, program, [...inputs, ...vectors], cut.size).map(hold);
  return assemble(backend, result, placed(held, cut, result[3]), cut.abreast);
}

/** The targets of a cut, where they belong in the image. @param channels of it */
function placed(targets: readonly TensorInfo[], cut: Cut, channels: number): Move[] {
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
