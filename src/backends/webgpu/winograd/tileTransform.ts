import {type TileMatrix, tileMatrix} from '../../../engine/tileMatrices.js';

/** WGSL: a thread's block c of four channels and its tile t, with the tile's line in all grids and its image n. */
export const tileOfThread = `let channelBlocks = uniforms.channelBlocks;
    let c = index % channelBlocks;
    let t = index / channelBlocks;
    let line = t / uniforms.grid.y;
    let n = line / uniforms.grid.x;`;

/** The texts for each row and column of a tile, joined. */
export function eachElement(
  [rows, columns]: readonly [number, number],
  text: (i: number, j: number) => string,
): string {
  const all = Array.from({length: rows * columns}, (_, k) => text(Math.floor(k / columns), k % columns));
  return all.join('\n');
}

/**
 * WGSL of M·v·Mᵀ, [R×S]·[S×S]·[S×R], as constants called `name` followed by i_j.
 * @param value text of v at row i and column j
 * @returns the text, and R as `side`
 */
export function tileTransform(
  matrix: TileMatrix,
  name: string,
  value: (i: number, j: number) => string,
): {text: string; side: number} {
  const rows = tileMatrix(matrix);
  const [side, from] = [rows.length, rows[0].length];
  const half = eachElement(
    [side, from],
    (r, j) => `let half_${name}${r}_${j} = ${combined(rows[r], (i) => value(i, j))};`,
  );
  const whole = eachElement(
    [side, side],
    (r, s) => `let ${name}${r}_${s} = ${combined(rows[s], (j) => `half_${name}${r}_${j}`)};`,
  );
  return {text: half + whole, side};
}

/** WGSL of Σ_i row[i]·value(i), without the terms that are zero. */
function combined(row: readonly number[], value: (i: number) => string): string {
  const terms = row.flatMap((factor, i) => {
    if (factor === 0) return [];
    const size = Math.abs(factor);
    return [`${factor < 0 ? '-' : '+'} ${size === 1 ? '' : `${size} * `}${value(i)}`];
  });
  return terms.join(' ').replace(/^\+ /, '');
}
