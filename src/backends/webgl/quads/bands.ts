import {mostDivided} from '../shared.js';

/**
 * Where rows of texels lie in a texture: one below the other, and where a texture ends in bands side by side. What is read in one loop, `together`
 * rows, stays in one band.
 */
export interface Bands {
  /** Rows of a band. */
  readonly rows: number;
  /** Texels of a row. */
  readonly width: number;
  /** In texels. */
  readonly size: readonly [height: number, width: number];
}

/** The bands of so many rows, or undefined where no texture of that side holds them, of which they may take `height`. */
export function bandsOf(
  rows: number,
  width: number,
  together: number,
  maxSide: number,
  height = maxSide,
): Bands | undefined {
  const most = Math.floor(height / together) * together;
  if (most === 0 || rows > mostDivided) return undefined;
  const inBand = Math.min(rows, most);
  const whole = width * Math.ceil(rows / inBand);
  return whole <= maxSide ? {rows: inBand, width, size: [inBand, whole]} : undefined;
}

/** The bands as shaders get them, an `ivec2`. */
export function uniformOf({rows, width}: Bands): number[] {
  return [rows, width];
}

/** In GLSL: where a row begins, and which row and texel of it a fragment computes; after `dividing`. */
export const bandsText = `
  ivec2 beginOf(int row, ivec2 bands) {
    int band = row < bands.x ? 0 : over(row, bands.x);
    return ivec2(band * bands.y, row - band * bands.x);
  }

  // The row, and the texel within it.
  ivec2 rowAt(ivec2 texel, ivec2 bands) {
    int band = over(texel.x, bands.y);
    return ivec2(band * bands.x + texel.y, texel.x - band * bands.y);
  }
`;
