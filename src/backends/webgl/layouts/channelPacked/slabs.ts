import {maxDividend} from '../../draw/glsl.js';

/**
 * Where rows of texels lie in a texture: one below the other, and where a texture ends in slabs side by side. What is read in one loop, `together`
 * rows, stays in one slab.
 */
export interface Slabs {
  /** Rows of a slab. */
  readonly rows: number;
  /** Texels of a row. */
  readonly width: number;
  /** In texels. */
  readonly size: readonly [height: number, width: number];
}

/** The slabs of so many rows, or undefined where no texture of that side holds them, of which they may take `height`. */
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

/** The slabs as shaders get them, an `ivec2`. */
export function uniformOf({rows, width}: Slabs): number[] {
  return [rows, width];
}

/** In GLSL: where a row begins, and which row and texel of it a fragment computes; after `dividing`. */
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
