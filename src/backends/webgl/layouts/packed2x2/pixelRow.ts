import {indices} from '../../draw/fragmentTile.js';

/** Texels that hold so many adjacent pixels, wherever the first pixel lies in its texel. */
export const texelsOver = (pixels: number) => Math.ceil((pixels + 1) / 2);

/**
 * GLSL that takes the pixels `p0`, `p1`, … of a row, two channels each, out of the texels `t0`, `t1`, … that hold them. `odd` tells whether
 * the first pixel is the second one of its texel.
 */
export const pixelsText = (texel: string, pixel: string, count: number) =>
  indices(count).map((k) => {
    const [first, second] = [`${texel}${Math.floor((k + 1) / 2)}`, `${texel}${Math.floor(k / 2)}`];
    const [odd, even] = k % 2 === 0 ? [`${second}.zw`, `${second}.xy`] : [`${first}.xy`, `${second}.zw`];
    return `vec2 ${pixel}${k} = odd ? ${odd} : ${even};`;
  });

/** GLSL that clears what lies outside an image in a texel of two pixels × two channels, as tfjs packs it. */
export const readingText = `
  // Pixels beside the row become 0, and so do the lanes past an odd width, which hold anything.
  vec4 inside(vec4 texel, int pair, int width) {
    int w = 2 * pair;
    return vec4(uint(w) < uint(width) ? texel.xy : vec2(0.), uint(w + 1) < uint(width) ? texel.zw : vec2(0.));
  }
`;
