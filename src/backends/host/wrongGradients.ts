import type {WrongGradient} from '../backend.js';

/** Gradients of other operations that tfjs computes wrong on cpu and on wasm alike. */
export const wrongHostGradients: readonly WrongGradient[] = [
  {op: 'avgPool', when: 'when a window reaches into the padding', repaired: false},
  {op: 'avgPool3d', when: 'when a window reaches into the padding', repaired: false},
  {op: 'image.resizeBilinear', when: 'throws when the images are not square', repaired: true},
];
