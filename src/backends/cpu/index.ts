import {ieee} from '../arithmetic.js';
import type {Backend} from '../backend.js';
import {host, wrongHostGradients} from '../host/host.js';

/** Serves tfjs's `cpu` backend, whose tensors are typed arrays. */
export const cpu: Backend = {
  name: 'cpu',
  ...host,
  arithmetic: ieee,
  faults: {
    gradients: [
      ...wrongHostGradients,
      {
        op: 'image.resizeNearestNeighbor',
        when: 'when several images are resized, or with half pixel centers',
        repaired: true,
      },
    ],
  },
  equipment: async () => (await import('./equipment.js')).equipment,
};
