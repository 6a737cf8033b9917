import {defaultTf as tf} from '../plugin/tfjs.js';

/** Suppresses the banner that tfjs's cpu backend prints at its first tensor in Node, which would hide a command's output. */
export async function quietTfjs(): Promise<void> {
  await tf.setBackend('cpu');
  tf.env().set('IS_TEST', true);
  tf.tensor1d([0]).dispose();
  tf.env().set('IS_TEST', false);
}
