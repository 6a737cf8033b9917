import type {DeviceErrors} from '../../testEquipment.js';

/** The parts of a WebGL context that are used here. */
interface ReportingContext {
  NO_ERROR: number;
  getError(): number;
  isContextLost(): boolean;
}

/** The names of WebGL's error codes, which are the same in every context. */
const glErrors: Readonly<Record<number, string>> = {
  1280: 'INVALID_ENUM',
  1281: 'INVALID_VALUE',
  1282: 'INVALID_OPERATION',
  1285: 'OUT_OF_MEMORY',
  1286: 'INVALID_FRAMEBUFFER_OPERATION',
  37442: 'CONTEXT_LOST_WEBGL',
};

/** Listens to the errors of a context. */
export function watchContext(instance: object): DeviceErrors {
  const {gl} = (instance as {gpgpu: {gl: ReportingContext}}).gpgpu;
  const take = () => {
    const found = new Set<string>();
    // A context holds one flag for each kind of error. A lost context may report errors for ever, so the loop is bounded.
    for (let left = Object.keys(glErrors).length; left > 0; left--) {
      const code = gl.getError();
      if (code === gl.NO_ERROR) break;
      found.add(glErrors[code] ?? String(code));
    }
    if (gl.isContextLost()) found.add('the context is lost');
    return [...found];
  };
  take(); // drops the errors from before
  return {take, settle: async () => {}, stop() {}};
}
