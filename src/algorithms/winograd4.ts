import type {Algorithm} from './algorithm.js';
import {winogradOf} from './tiles/winogradOf.js';
import {makeBlockCounters} from './windows/cacheBlocks.js';

const counters = makeBlockCounters('winograd4');

/**
 * Winograd's minimal filtering F(4×4, 3×3) of dense 3×3 convolutions with stride and dilation 1. It works like `winograd`, with
 * tiles of 4×4 pixels that see 6×6. Sums over channels are 36 matrix products instead of 144. So there are 4 times fewer
 * multiplications, and T is a quarter:
 *
 *     forward         y       = Aᵀ[Σ_c (G·g·Gᵀ) ⊙ (Bᵀ·d·B)]A      36 times [T×C]·[C×F]
 *     backpropInput   dx      the same of dy, with the filter flipped by 180° and its channels swapped: 36 times [T×F]·[F×C]
 *     backpropFilter  dFilter = Gᵀ[Σ_tiles (Bᵀ·d·B) ⊙ (A·dy·Aᵀ)]G  36 times [C×T]·[T×F], which is F(3×3, 4×4)
 *
 * Matrix entries from 1/24 to 8 cost accuracy; see docs/winograd.md. 1/6 is not exact in float32, so whole numbers do not stay
 * exact. An Inf or NaN spreads over its tile.
 */
export const winograd4: Algorithm = {
  name: 'winograd4',
  title: 'Winograd convolution F(4×4, 3×3)',
  source: 'https://arxiv.org/abs/1509.09308',
  integerHeadroom: 0,
  accuracy: 'fast',
  footprint: 'tile',
  counters: Object.values(counters),
  ...winogradOf(4, counters),
};
