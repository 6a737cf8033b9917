/** WGSL that ends threads past the last one. */
export const guard = `if (index >= uniforms.threads) {
      return;
    }`;

/** WGSL: a thread's block c of four channels and its tile t, with the tile's line in all grids and its image n. */
export const tileOfThread = `let channelBlocks = uniforms.channelBlocks;
    let c = index % channelBlocks;
    let t = index / channelBlocks;
    let line = t / uniforms.grid.y;
    let n = line / uniforms.grid.x;`;
