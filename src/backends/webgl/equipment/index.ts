import {env} from '@tensorflow/tfjs';
import type {TestEquipment} from '../../testEquipment.js';
import type {WebGLBackend} from '../device/tfjsBackend.js';
import {timerQueryClock} from './timerQueryClock.js';
import {poisonUnusedLanes, repack, unusedLanes} from './unusedLanes.js';
import {watchContext} from './watchContext.js';

export const equipment: TestEquipment = {
  describe(instance) {
    const {gl} = (instance as WebGLBackend).gpgpu;
    const info = gl.getExtension('WEBGL_debug_renderer_info');
    return {
      renderer: String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER)),
      float32: env().getBool('WEBGL_RENDER_FLOAT32_ENABLED'),
      targets: Number(gl.getParameter(gl.MAX_DRAW_BUFFERS)),
    };
  },
  watchDevice: watchContext,
  deviceClock: timerQueryClock,
  unusedLanes: {poison: poisonUnusedLanes, read: unusedLanes},
  provenances: {packed: (tensor) => repack(tensor, true), unpacked: (tensor) => repack(tensor, false)},
};
