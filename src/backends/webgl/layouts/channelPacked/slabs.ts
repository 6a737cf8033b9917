import {maxDividend} from '../../draw/glsl.js';

/**
 * Where rows of texels lie in a texture. They lie one below the other, and continue in another slab at the right where the texture ends.
 * Each group of `together` rows, which one loop reads, stays in one slab.
 */
export interface Slabs {
  /** Rows of a slab. */
  readonly rows: number;
  /** Texels in a row. */
  readonly width: number;
  /** The size of the texture, in texels. */
  readonly size: readonly [height: number, width: number];
}

/**
 * The slabs of so many rows, or undefined if a texture of side `maxSide` cannot hold them.
 * @param together rows that must stay in one slab
 * @param height the most rows that a slab may take
 */
export function slabsOf(
  rows: number,
  width: number,
  together: number,
  maxSide: number,
  height = maxSide,
): Slabs | undefined {
  const most = Math.floor(height / together) * together;
  if (most === 0 || rows > maxDividend) return undefined;
  const inSlab = Math.min(rows, most);
  const whole = width * Math.ceil(rows / inSlab);
  return whole <= maxSide ? {rows: inSlab, width, size: [inSlab, whole]} : undefined;
}

/** The slabs as an `ivec2` for shaders. */
export function uniformOf({rows, width}: Slabs): number[] {
  return [rows, width];
}

/** GLSL; needs `quotient`. `beginOf` is the place where a row begins. `rowAt` is the row that a fragment computes, and its texel there. */
export const slabsText = `
  ivec2 beginOf(int row, ivec2 slabs) {
    int slab = row < slabs.x ? 0 : quotient(row, slabs.x);
    return ivec2(slab * slabs.y, row - slab * slabs.x);
  }

  // The row, and the texel within it.
  ivec2 rowAt(ivec2 texel, ivec2 slabs) {
    int slab = quotient(texel.x, slabs.y);
    return ivec2(slab * slabs.x + texel.y, texel.x - slab * slabs.y);
  }
`;
