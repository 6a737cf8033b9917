import type {Variable} from '@tensorflow/tfjs-core';
import {layerPrototypes} from '../plugin/layers.js';
import type {MethodPatches} from '../plugin/methodPatches.js';
import type {Tf} from './tfjs.js';

type Apply = (this: {name: string}, ...args: unknown[]) => unknown;

/** The layers whose `apply` is running, the outermost first. */
export type LayerScopes = readonly string[];

/** Follows which layers of `tf.layers` are running, by a patch of `Layer.apply`. @returns the names, which change as layers run */
export function patchLayerScopes(tf: Tf, patches: MethodPatches): LayerScopes {
  const running: string[] = [];
  const [{prototype} = {prototype: undefined}] = layerPrototypes(tf);
  if (!prototype) return running;
  patches.patch(prototype, 'apply', (original) => {
    const ours: Apply = function (this, ...args) {
      running.push(this.name);
      try {
        return (original as unknown as Apply).apply(this, args);
      } finally {
        running.pop();
      }
    };
    return ours as never;
  });
  return running;
}

/**
 * The names that keys are matched against: the path of the layer that runs ('model/block/conv'), the ends of this path
 * ('block/conv', 'conv'), and the name of the variable of an op.
 */
export function namesOf(layers: LayerScopes, variable?: Variable): string[] {
  const ends = layers.map((_name, i) => layers.slice(i).join('/'));
  return variable ? [...ends, variable.name] : ends;
}
