import {defaultTf as tf} from '../plugin/tfjs.js';
import type {Clock, TimedCall} from './clock.js';
import type {GpuTimes} from './result.js';
import {median} from './statistics.js';

/** The calls that are timed for one median. */
const calls = 3;

/** Runs a call and returns the milliseconds that the device's own clock counted; undefined where the measurement was interrupted. */
type DeviceClock = (call: TimedCall, clock: Clock) => Promise<number | undefined>;

/**
 * Times calls of ours and of the built-in by the GPU's own clock, including the read of one element. @returns medians in
 * milliseconds, or the reason why there are none; undefined on backends without a GPU
 */
export async function gpuTimes(
  {ours, builtin}: {ours: TimedCall; builtin?: TimedCall | undefined},
  clock: Clock,
): Promise<GpuTimes | string | undefined> {
  const device = clocks[tf.getBackend()]?.();
  if (device === undefined || typeof device === 'string') return device;
  const time = async (call: TimedCall) => {
    const times: number[] = [];
    for (let i = 0; i < calls; i++) {
      const milliseconds = await device(call, clock);
      if (milliseconds !== undefined) times.push(milliseconds);
    }
    return times.length > 0 ? median(times) : undefined;
  };
  const counted = await time(ours);
  if (counted === undefined) return "the GPU's own clock gave no times: it was interrupted";
  return {ours: counted, builtin: builtin && (await time(builtin))};
}

/** The clock of each backend's device, or the reason why it has none. */
const clocks: Readonly<Record<string, () => DeviceClock | string>> = {webgl: webglClock, webgpu: webgpuClock};

/** The constants of the extension EXT_disjoint_timer_query_webgl2. */
interface TimerQueries {
  TIME_ELAPSED_EXT: number;
  GPU_DISJOINT_EXT: number;
}

/** Turns of the event loop to wait for an answer. A browser never answers within the turn that asked. */
const maxPolls = 200;

function webglClock(): DeviceClock | string {
  const {gl} = (tf.backend() as unknown as {gpgpu: {gl: WebGL2RenderingContext}}).gpgpu;
  const timer = gl.getExtension('EXT_disjoint_timer_query_webgl2') as TimerQueries | null;
  if (!timer) return 'this browser has no EXT_disjoint_timer_query_webgl2, which webgl needs to time a GPU';
  return async (call, clock) => {
    const query = gl.createQuery();
    gl.beginQuery(timer.TIME_ELAPSED_EXT, query);
    await call();
    gl.endQuery(timer.TIME_ELAPSED_EXT);
    for (let poll = 0; poll < maxPolls && !gl.getQueryParameter(query, gl.QUERY_RESULT_AVAILABLE); poll++) {
      await clock.nextTask();
    }
    const isThere = gl.getQueryParameter(query, gl.QUERY_RESULT_AVAILABLE) && !gl.getParameter(timer.GPU_DISJOINT_EXT);
    const milliseconds = isThere ? gl.getQueryParameter(query, gl.QUERY_RESULT) / 1e6 : undefined;
    gl.deleteQuery(query);
    return milliseconds;
  };
}

/** The members of tfjs's webgpu backend that are used here. The backend requests the feature where the adapter has it. */
interface TimedBackend {
  supportTimestampQuery: boolean;
  /** Sums the time between the timestamps around each dispatch of f, as long as f does not wait. */
  time(f: () => void): Promise<{kernelMs: number}>;
}

function webgpuClock(): DeviceClock | string {
  const backend = tf.backend() as unknown as TimedBackend;
  if (!backend.supportTimestampQuery) return "this adapter has no 'timestamp-query', which webgpu needs to time a GPU";
  return async (call) => {
    let called: number | Promise<number> = 0;
    const {kernelMs} = await backend.time(() => {
      called = call();
    });
    await called;
    return kernelMs > 0 ? kernelMs : undefined;
  };
}
