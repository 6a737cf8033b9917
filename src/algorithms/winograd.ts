import type {Algorithm} from './algorithm.js';
import {winogradOf} from './tiles/winogradOf.js';
import {makeBlockCounters} from './windows/cacheBlocks.js';

const counters = makeBlockCounters('winograd');

/**
 * Winograd's minimal filtering F(2×2, 3×3) of dense 3×3 convolutions with stride and dilation 1, and F(2, 3) of 1×3 and 3×1. For each tile of 2×2 pixels, of which T cover the batch,
 * d is the 4×4 pixels that it sees, g a filter [3×3], and sums over channels are 16 matrix products instead of 36 (9 for each of 4 pixels):
 *
 *     forward         y       = Aᵀ[Σ_c (G·g·Gᵀ) ⊙ (Bᵀ·d·B)]A      16 times [T×C]·[C×F]
 *     backpropInput   dx      the same of dy, with the filter flipped by 180° and its channels swapped: 16 times [T×F]·[F×C]
 *     backpropFilter  dFilter = Gᵀ[Σ_tiles (Bᵀ·d·B) ⊙ (A·dy·Aᵀ)]G  16 times [C×T]·[T×F], which is F(3×3, 2×2)
 *
 * Filters 1×3 and 3×1 have lines of 2 pixels for tiles, which see 4, and one side of each product with a small matrix: 4 products instead of 6.
 *
 * The border is zeros, as is what the last tiles of a row or column lack. Tiles go through in blocks that stay in a cache, in a fixed order. Bᵀ and A are
 * of 0 and ±1 and G of halves, so whole numbers stay exact: everything is a multiple of 1/4 and at most 64/9 of the definition's largest sum, dFilter's
 * 9 of it, which makes 36; data whose sums differ from place to place take up to 64. An Inf or NaN spreads over its tile.
 */
export const winograd: Algorithm = {
  name: 'winograd',
  title: 'Winograd convolution F(2×2, 3×3), or F(2, 3) of lines',
  source: 'https://arxiv.org/abs/1509.09308',
  integerHeadroom: 64,
  footprint: 'tile',
  counters: Object.values(counters),
  ...winogradOf(2, counters),
};
