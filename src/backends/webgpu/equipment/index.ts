import type {TestEquipment} from '../../testEquipment.js';
import type {Adapter} from '../device.js';
import {captureErrors, watchDevice} from './deviceErrors.js';
import {withPoisonedBuffers} from './poisonedBuffers.js';
import {timestampClock} from './timestampClock.js';

export const equipment: TestEquipment = {
  describe(instance) {
    const {vendor, architecture} = (instance as {adapterInfo: Adapter}).adapterInfo;
    return {adapter: [vendor, architecture].filter(Boolean).join(' ') || 'unknown'};
  },
  watchDevice,
  captureErrors,
  deviceClock: timestampClock,
  poisonResults: withPoisonedBuffers,
};
