import {defaultTf as tf} from '../plugin/tfjs.js';
import type {Call, Clock} from './clock.js';
import {median} from './statistics.js';

/** What the extension EXT_disjoint_timer_query_webgl2 calls its numbers. */
interface TimerQueries {
  TIME_ELAPSED_EXT: number;
  GPU_DISJOINT_EXT: number;
}

/** Calls that are timed for one median. */
const calls = 3;
/** Turns of the event loop that an answer may take: a browser gives none within the turn that asked. */
const patience = 200;

/**
 * The milliseconds that webgl's own clock counts for a call, the reading of one element included: a median. Undefined on other backends, where the
 * browser does not tell, and where the device was interrupted.
 */
export async function gpuTime(call: Call, clock: Clock): Promise<number | undefined> {
  if (tf.getBackend() !== 'webgl') return undefined;
  const {gl} = (tf.backend() as unknown as {gpgpu: {gl: WebGL2RenderingContext}}).gpgpu;
  const timer = gl.getExtension('EXT_disjoint_timer_query_webgl2') as TimerQueries | null;
  if (!timer) return undefined;
  const times: number[] = [];
  for (let i = 0; i < calls; i++) {
    const query = gl.createQuery();
    gl.beginQuery(timer.TIME_ELAPSED_EXT, query);
    await call();
    gl.endQuery(timer.TIME_ELAPSED_EXT);
    for (let turn = 0; turn < patience && !gl.getQueryParameter(query, gl.QUERY_RESULT_AVAILABLE); turn++) {
      await clock.turn();
    }
    const isThere = gl.getQueryParameter(query, gl.QUERY_RESULT_AVAILABLE) && !gl.getParameter(timer.GPU_DISJOINT_EXT);
    if (isThere) times.push(gl.getQueryParameter(query, gl.QUERY_RESULT) / 1e6);
    gl.deleteQuery(query);
  }
  return times.length > 0 ? median(times) : undefined;
}
