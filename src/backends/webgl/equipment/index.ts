import {env} from '@tensorflow/tfjs-core';
import type {DeviceClock, TestEquipment} from '../../testEquipment.js';
import type {WebGLBackend} from '../device/tfjsBackend.js';
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

/** The constants of the extension EXT_disjoint_timer_query_webgl2. */
interface TimerQueries {
  TIME_ELAPSED_EXT: number;
  GPU_DISJOINT_EXT: number;
}

/** Turns of the event loop to wait for an answer. A browser never answers within the turn that asked. */
const maxPolls = 200;

/** Times by the timer queries of the context. */
function timerQueryClock(instance: object): DeviceClock | string {
  const {gl} = (instance as {gpgpu: {gl: WebGL2RenderingContext}}).gpgpu;
  const timer = gl.getExtension('EXT_disjoint_timer_query_webgl2') as TimerQueries | null;
  if (!timer) return 'this browser has no EXT_disjoint_timer_query_webgl2, which webgl needs to time a GPU';
  return async (call, nextTask) => {
    const query = gl.createQuery();
    gl.beginQuery(timer.TIME_ELAPSED_EXT, query);
    await call();
    gl.endQuery(timer.TIME_ELAPSED_EXT);
    for (let poll = 0; poll < maxPolls && !gl.getQueryParameter(query, gl.QUERY_RESULT_AVAILABLE); poll++) {
      await nextTask();
    }
    const isThere = gl.getQueryParameter(query, gl.QUERY_RESULT_AVAILABLE) && !gl.getParameter(timer.GPU_DISJOINT_EXT);
    const milliseconds = isThere ? gl.getQueryParameter(query, gl.QUERY_RESULT) / 1e6 : undefined;
    gl.deleteQuery(query);
    return milliseconds;
  };
}
