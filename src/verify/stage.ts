import {servedBackends} from '../backends/servedBackends.js';
import {engine as currentEngine, shareWork} from '../engine/index.js';
import {ConvgradError} from '../geometry/error.js';
import {builtinKernel} from '../plugin/builtins.js';
import {install} from '../plugin/install.js';
import {remember} from '../plugin/remember.js';
import {defaultTf as tf} from '../plugin/tfjs.js';
import {findImportedKernels, type ImportedKernels, register} from './kernels.js';
import type {ReportedOptions} from './options.js';
import {parseFlag} from './resolveOptions.js';
import {applySabotage} from './sabotage.js';
import type {Target} from './target.js';

/** The state of tfjs in which a run takes place. */
export interface Stage {
  /** Kernels found registered over convgrad's, by backend; they are set aside until a target puts them in. */
  imported: ReadonlyMap<string, ImportedKernels>;
  /** Makes the target's algorithm the one that convgrad's kernels use. */
  select(target: Target): void;
  /** Brings back the installation, the imported kernels and the active backend found before. */
  clear(): Promise<void>;
}

/** Brings tfjs into the state of a run: convgrad's kernels over the built-in ones, imported kernels aside. */
export async function setStage(options: ReportedOptions): Promise<Stage> {
  const {backends, sabotage, subject, f16, flags = [], engine, threads} = options;
  const restoreSession = remember();
  const activeBackend = tf.getBackend();
  // tfjs reads such flags when a backend is first used, and many never again.
  const undoFlags = flags.map(parseFlag).map(({name, value}) => setFlag(name, value));
  const restore = async () => {
    for (const undo of undoFlags) undo();
    await restoreSession();
  };
  if (f16) tf.env().set('WEBGL_FORCE_F16_TEXTURES', true);
  for (const backend of backends) await activate(backend, f16);
  if (subject !== undefined) return untouched(activeBackend, undoFlags);
  const imported = findImportedKernels();
  const configs = [...imported.values()].flatMap((kernels) => [...kernels.values()]);
  for (const {kernelName, backendName} of configs) {
    // install() would take the imported kernel for the built-in one.
    const builtin = builtinKernel(tf, kernelName, backendName);
    if (builtin) register(builtin);
    else tf.unregisterKernel(kernelName, backendName);
  }
  if (threads !== undefined) shareWork(0);
  let repair = () => {};
  const clear = async () => {
    repair();
    if (threads !== undefined) shareWork();
    await restore();
    for (const config of configs) register(config);
  };
  try {
    install({tf, engine, threads});
    if (threads !== undefined) await awaitThreads(threads);
    if (sabotage) repair = applySabotage(sabotage, backends);
  } catch (error) {
    await clear();
    throw error;
  }
  return {
    imported,
    select({algorithm, kernels}) {
      if (sabotage !== 'no-install') install({tf, algorithm: kernels ? 'auto' : algorithm, engine, threads});
    },
    clear,
  };
}

/** @returns what sets it as it was */
function setFlag(name: string, value: boolean | number): () => void {
  const known = tf.env().getFlags(); // those that were needed so far: to ask for another makes tfjs look for its device
  const before = known[name];
  try {
    tf.env().set(name, value);
    return () => {
      if (before === undefined) delete known[name];
      else tf.env().set(name, before);
    };
  } catch {
    throw new ConvgradError('verify', `tfjs has no flag ${name}; leave it out, or import the backend that brings it.`);
  }
}

/** Lets threads come up, so that the first case meets them already. */
async function awaitThreads(threads: number): Promise<void> {
  const one = {data: Float32Array.of(1), offset: 0, rowStride: 1, columnStride: 1};
  const end = performance.now() + patience;
  while (currentEngine().name !== 'js' && currentEngine().threads() < threads) {
    if (performance.now() > end)
      throw new ConvgradError('verify', `${threads} threads did not come up in ${patience} ms; use fewer.`);
    currentEngine().gemm(1, 1, 1, one, one, {...one, data: new Float32Array(1)}, false); // work for them
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
const patience = 10_000;

/** The stage of a subject, which brings all that it needs. */
function untouched(activeBackend: string, undoFlags: readonly (() => void)[]): Stage {
  return {
    imported: new Map(),
    select() {},
    async clear() {
      for (const undo of undoFlags) undo();
      if (activeBackend) await tf.setBackend(activeBackend);
    },
  };
}

/** Makes the backend tfjs's active one. @throws ConvgradError when this process cannot */
export async function activate(backend: string, f16 = false): Promise<void> {
  const ready = availableBackends().includes(backend) && (await tf.setBackend(backend).catch(() => false));
  if (!ready)
    throw new ConvgradError(
      'verify',
      `backend '${backend}' is not available here; import it first, or run in a browser.`,
    );
  if (backend !== 'webgl' || tf.env().getBool('WEBGL_RENDER_FLOAT32_ENABLED') !== f16) return;
  throw new ConvgradError(
    'verify',
    f16
      ? 'webgl was used with float32 textures already; ask for f16 in a fresh page.'
      : 'this WebGL stores float16, which the float32 certificate cannot judge; ask for f16 (--f16), or use another device or browser.',
  );
}

/** The backends that convgrad serves and this process has. */
export function availableBackends(): string[] {
  return servedBackends().filter((backend) => tf.findBackendFactory(backend) !== null);
}
