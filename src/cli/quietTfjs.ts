import {defaultTf as tf} from '../plugin/tfjs.js';

/** Lets tfjs's cpu backend greet its first tensor in Node unheard: the banner would hide what a command prints. */
export async function quietTfjs(): Promise<void> {
  await tf.setBackend('cpu');
  tf.env().set('IS_TEST', true);
  tf.tensor1d([0]).dispose();
  tf.env().set('IS_TEST', false);
}
