import * as core from '@tensorflow/tfjs-core';

/** A copy of tfjs: the module `@tensorflow/tfjs-core` or `@tensorflow/tfjs`. A rule may use all ops of tfjs-core. */
export type Tf = typeof core;

/** The copy of tfjs that this package resolves to. */
export const defaultTf: Tf = core;
