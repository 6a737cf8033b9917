import * as tf from '@tensorflow/tfjs-core';
import {importPackage} from './importPackage.js';
import {requireInstalled} from './optionalPackages.js';

/**
 * Loads the whole of tfjs, which brings the cpu backend, and the layers and gradients that commands examine. It suppresses the banner that
 * the cpu backend prints at its first tensor in Node, which would hide a command's output.
 *
 * @throws ConvgradError if the project has no `@tensorflow/tfjs`
 */
export async function quietTfjs(): Promise<void> {
  if (!(await importPackage('@tensorflow/tfjs'))) requireInstalled('@tensorflow/tfjs');
  await tf.setBackend('cpu');
  tf.env().set('IS_TEST', true);
  tf.tensor1d([0]).dispose();
  tf.env().set('IS_TEST', false);
}
