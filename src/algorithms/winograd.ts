import type {Algorithm} from './algorithm.js';
import {winogradOf} from './tiles/winogradOf.js';
import {makeBlockCounters} from './windows/cacheBlocks.js';

const counters = makeBlockCounters('winograd');

/**
 * Winograd's minimal filtering F(2×2, 3×3) of dense 3×3 convolutions with stride and dilation 1, and F(2, 3) of 1×3 and 3×1. A
 * tile is 2×2 pixels of the output, and T tiles cover the batch. d is the 4×4 pixels that a tile sees, and g is a filter [3×3].
 * Sums over channels are 16 matrix products instead of 36 (9 for each of 4 pixels):
 *
 *     forward         y       = Aᵀ[Σ_c (G·g·Gᵀ) ⊙ (Bᵀ·d·B)]A      16 times [T×C]·[C×F]
 *     backpropInput   dx      the same of dy, with the filter flipped by 180° and its channels swapped: 16 times [T×F]·[F×C]
 *     backpropFilter  dFilter = Gᵀ[Σ_tiles (Bᵀ·d·B) ⊙ (A·dy·Aᵀ)]G  16 times [C×T]·[T×F], which is F(3×3, 2×2)
 *
 * For 1×3 and 3×1 filters, a tile is a line of 2 pixels that sees 4. The small matrices multiply from one side only: 4 products
 * instead of 6.
 *
 * The border is zeros, and so are missing pixels of the last tiles in a row or column. Tiles are processed in blocks that stay in
 * a cache, in a fixed order. An Inf or NaN spreads over its tile.
 *
 * The entries of Bᵀ and A are 0 and ±1, and those of G are halves, so whole numbers stay exact. Every value is a multiple of 1/4.
 * Intermediates are at most 64/9 times the definition's largest sum, and 9 times it for dFilter. In units of 1/4 the latter makes
 * 36. Data whose sums differ from place to place need a headroom of up to 64.
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
