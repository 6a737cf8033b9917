/** Ends the threads past the last one. */
export const guard = `if (index >= uniforms.threads) {
      return;
    }`;

/** Of a thread for four channels of a tile: which four, c, of so many, and which tile, t, in which line of the grid and of which image, n. */
export const tileOfThread = `let channelBlocks = uniforms.channelBlocks;
    let c = index % channelBlocks;
    let t = index / channelBlocks;
    let line = t / uniforms.grid.y;
    let n = line / uniforms.grid.x;`;
