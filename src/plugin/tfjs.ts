import * as tf from '@tensorflow/tfjs';

/** The module `@tensorflow/tfjs`, in this copy or another one. */
export type Tf = typeof tf;

/** The copy of tfjs that this package resolves to; `install({tf})` serves others. */
export const defaultTf: Tf = tf;
