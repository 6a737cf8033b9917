import * as tf from '@tensorflow/tfjs-core';
import {backendNamed, servedBackends} from '../../backends/index.js';
import {loadEquipment} from '../../backends/loadEquipment.js';
import {engine as currentEngine, setParallelThreshold} from '../../engine/index.js';
import {ConvgradError, nameCaller} from '../../geometry/error.js';
import {install, uninstall} from '../../plugin/install.js';
import {saveInstallation} from '../../plugin/saveInstallation.js';
import {currentSession} from '../../plugin/session.js';
import {type CallCounts, countingRegistrations} from '../imports/countCalls.js';
import type {Imported} from '../imports/imported.js';
import {foundOverOurs, gradientTitle, putBack, type Registrations, setAside} from '../imports/registrations.js';
import type {ReportedOptions} from '../options/options.js';
import {parseFlag} from '../options/resolveOptions.js';
import type {Target} from './target.js';

/** The state of tfjs during a run. */
export interface Fixture {
  /** What was registered over convgrad's. It is set aside until a target puts it in place. */
  imported: Imported;
  /** The titles of what others registered since the fixture was set up. */
  late(): string[];
  /** Makes convgrad's kernels use the target's algorithm. */
  select(target: Target): void;
  /** Restores the installation, the imported kernels and the active backend that were found before. */
  tearDown(): Promise<void>;
}

/**
 * Brings tfjs into the state of a run: convgrad's kernels stand over the built-in ones, and what was imported is set aside.
 * @param registered what modules registered, where that is known; otherwise whatever stands over convgrad's counts
 */
export async function setUpFixture(options: ReportedOptions, registered?: Registrations): Promise<Fixture> {
  const {backends, installed = true, subject, f16, flags = [], engine, threads} = options;
  const restoreSession = saveInstallation();
  const activeBackend = tf.getBackend();
  // tfjs reads such flags when a backend is first used, and many never again.
  const undoFlags = flags.map(parseFlag).map(({name, value}) => setFlag(name, value));
  const restore = async () => {
    for (const undo of undoFlags) undo();
    await restoreSession();
  };
  if (f16) for (const backend of backends) backendNamed(backend)?.float16?.force();
  for (const backend of backends) await activateBackend(backend, f16);
  if (subject !== undefined) return subjectFixture(activeBackend, undoFlags);
  const found = registered ?? foundOverOurs();
  runSetupFuncs(found);
  const calls: CallCounts = new Map();
  const imported = {registrations: countingRegistrations(found, calls), calls};
  setAside(found); // install() would take it for the built-in
  if (threads !== undefined) setParallelThreshold(0);
  const clear = async () => {
    if (threads !== undefined) setParallelThreshold();
    await restore();
    putBack(found);
  };
  try {
    if (!installed) uninstall();
    else install({tf, engine, threads});
    if (installed && threads !== undefined) await awaitThreads(threads);
  } catch (error) {
    await clear();
    throw nameCaller(error, 'verify');
  }
  const arrivals = listenForRegistrations();
  return {
    imported,
    late: () => [...arrivals.titles],
    select({algorithm, imported: theirs}) {
      if (installed) install({tf, algorithm: theirs ? 'auto' : algorithm, engine, threads});
    },
    async tearDown() {
      arrivals.stop();
      await clear();
    },
  };
}

/**
 * Sets up the kernels that imported ones replaced. When a backend begins, tfjs sets up only the kernels that are registered, and the
 * replaced ones are still needed.
 */
function runSetupFuncs({kernels}: Registrations): void {
  for (const {before} of kernels) {
    const backend = before?.setupFunc && tf.findBackend(before.backendName);
    if (backend) before.setupFunc?.(backend);
  }
}

/** Collects the titles of what others register from now on. */
function listenForRegistrations(): {titles: Set<string>; stop(): void} {
  const titles = new Set<string>();
  const session = currentSession(tf);
  const stops = [
    session?.kernels.listen(({kernelName, backendName}) => titles.add(`${kernelName} on ${backendName}`)),
    session?.gradients.listen(({kernelName}) => titles.add(gradientTitle(kernelName))),
  ];
  return {titles, stop: () => stops.forEach((stop) => void stop?.())};
}

/** Sets a flag of tfjs. @returns the undo */
function setFlag(name: string, value: boolean | number): () => void {
  const known = tf.env().getFlags(); // only flags that were needed so far: asking for another makes tfjs look for its device
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

/** Waits until all threads are up, so that the first case already has them. */
async function awaitThreads(threads: number): Promise<void> {
  const one = {data: Float32Array.of(1), offset: 0, rowStride: 1, columnStride: 1};
  const end = performance.now() + threadTimeout;
  while (currentEngine().name !== 'js' && currentEngine().threads() < threads) {
    if (performance.now() > end)
      throw new ConvgradError('verify', `${threads} threads did not start within ${threadTimeout} ms; use fewer.`);
    currentEngine().gemm.multiply(1, 1, 1, one, one, {...one, data: new Float32Array(1)}, false); // gives them work
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
const threadTimeout = 10_000;

/** The fixture of a subject, which needs no installation. */
function subjectFixture(activeBackend: string, undoFlags: readonly (() => void)[]): Fixture {
  return {
    imported: {registrations: {kernels: [], gradients: []}, calls: new Map()},
    late: () => [],
    select() {},
    async tearDown() {
      for (const undo of undoFlags) undo();
      if (activeBackend) await tf.setBackend(activeBackend);
    },
  };
}

/** Makes the backend tfjs's active one, and loads its test equipment. @throws ConvgradError when this process cannot */
export async function activateBackend(backend: string, f16 = false): Promise<void> {
  const ready = availableBackends().includes(backend) && (await tf.setBackend(backend).catch(() => false));
  if (!ready)
    throw new ConvgradError(
      'verify',
      `backend '${backend}' is not available here; import it first, or run in a browser.`,
    );
  await loadEquipment(backend);
  const storesFloat16 = backendNamed(backend)?.float16?.isStored();
  if (storesFloat16 === undefined || storesFloat16 === f16) return;
  throw new ConvgradError(
    'verify',
    f16
      ? `${backend} was used with float32 textures already; ask for f16 in a fresh page.`
      : `this ${backend} stores float16, so bounds for float32 do not apply; ask for f16 (--f16), or use another device or browser.`,
  );
}

/** The backends that convgrad serves and this process has. */
export function availableBackends(): string[] {
  return servedBackends().filter((backend) => tf.findBackendFactory(backend) !== null);
}
