import {backends as allBackends, backendNamed, isServed, servedBackends} from '../backends/index.js';
import {configureEngine, type EngineName, resetEngine} from '../engine/index.js';
import {didYouMean, keysOf, refuseUnknown} from '../geometry/didYouMean.js';
import {ConvgradError} from '../geometry/error.js';
import {show} from '../geometry/show.js';
import {findAliases} from './backendAliases.js';
import {builtinName} from './builtinImplementation.js';
import {patchCustomGrad} from './fusedGradient.js';
import {patchLayers} from './layers.js';
import {type Plan, resetChoices} from './planCache.js';
import {repairedGradients} from './repairedGradients.js';
import {type InstallationReport, makeReport} from './report.js';
import {algorithmsOf} from './select.js';
import {
  currentSession,
  endSessions,
  otherSession,
  replacedGradients,
  replacedKernelsOn,
  type Session,
  startSession,
} from './session.js';
import {defaultTf, type Tf} from './tfjs.js';
import {kernelKey} from './tfjsRegistries.js';

/** The options of {@link install}; all may be left out. */
export interface InstallOptions {
  /** The copy of tfjs whose kernels are replaced; defaults to the one that this package resolves to. */
  tf?: Tf;
  /**
   * The tfjs backends to serve, whether they are imported already or later. Defaults to every backend that convgrad has kernels
   * for, and to the backends that are registered as copies of these under other names.
   */
  backends?: readonly string[];
  /**
   * The algorithm that computes wherever it runs and supports the problem. Elsewhere another one of convgrad's computes, and
   * `report().fallbacks` says why. On a backend on which an algorithm of your own does not run, calls throw.
   *
   * 'auto', the default, takes the implementation with the lowest predicted time. It also takes tfjs's own forward kernel where
   * that is faster and, given the right pads, right: on wasm for depthwise and small dense convolutions, on webgl for some 1×1
   * ones. 'builtin' names tfjs's own kernel; every other name excludes it.
   */
  algorithm?: string | 'auto';
  /**
   * 'fast' lets 'auto' also take algorithms whose error in float32 is 3 to 10 times that of the definition; see docs/winograd.md.
   * Defaults to 'standard'.
   */
  accuracy?: 'standard' | 'fast';
  /**
   * The choices of an earlier run, from `installation.report().plan`. Predicted times vary a little between runs, and algorithms
   * round differently. With the plan, another run computes the same bits. 'auto', the default, chooses anew.
   */
  plan?: 'auto' | Plan;
  /**
   * The engine that computes on cpu and wasm. `fma` is WebAssembly vectors with fused multiply-add, `simd` is WebAssembly vectors with
   * separate multiplication and addition, and `js` is plain JavaScript. 'auto', the default, takes the first of them that runs on
   * this host. They round differently, so name one to get the same bits on every machine.
   *
   * `engine`, `threads` and `plan` hold for the process. While convgrad is installed in another copy of tfjs, leave them out, which keeps
   * what that installation uses, or give the same.
   */
  engine?: EngineName | 'auto';
  /**
   * The number of threads on cpu and wasm; it changes no bit of a result. In Node it defaults to the number of processors, at
   * most 8. In web pages it defaults to 1, because more threads need cross-origin isolation. Threads start when there is work
   * that pays, and never keep a process alive.
   */
  threads?: number | undefined;
  /**
   * Whether to patch the convolutional classes of `tf.layers`, so that they train with dilation and with every activation.
   * Defaults to true.
   */
  layers?: boolean;
  /**
   * Whether to repair the gradients of other operations that tfjs computes wrong or lacks, on every backend: `tf.mirrorPad`,
   * `tf.image.resizeNearestNeighbor` (and so upSampling2d layers), `tf.image.resizeBilinear` and `tf.depthToSpace`. Defaults to
   * true.
   */
  repairGradients?: boolean;
}

const known = keysOf<InstallOptions>({
  ...{tf: true, backends: true, algorithm: true, accuracy: true, plan: true},
  ...{engine: true, threads: true, layers: true, repairGradients: true},
});

/** The handle that {@link install} returns. */
export interface Installation {
  /**
   * Reports the present state: which kernels are replaced, which algorithm served how many calls, and which calls fell back and
   * why.
   */
  report(): InstallationReport;
}

/**
 * Installs convgrad: `tf.conv2d`, `tf.depthwiseConv2d`, their gradients, and the layers and models that use them run on
 * convgrad's kernels.
 *
 * It replaces tfjs's kernels of dense and depthwise convolutions (Conv2D, FusedConv2D, Conv2DBackpropInput, Conv2DBackpropFilter;
 * DepthwiseConv2dNative, FusedDepthwiseConv2D, …) and their gradients. On wasm it also replaces MaxPoolGrad. It also repairs
 * gradients of other operations that are wrong or missing in tfjs (see `repairGradients`). Two things that no kernel can reach
 * are patched: the gradients inside `tf.fused.conv2d` and `tf.fused.depthwiseConv2d`, and methods of `tf.layers` classes, so that
 * existing layers change too.
 *
 * The call is synchronous and silent. A second call replaces the options, and puts convgrad back wherever something was
 * registered over it. Backends that are imported later are served as they arrive.
 *
 * @throws ConvgradError on an unknown option, backend, algorithm or accuracy, and on an algorithm that runs on none of the
 * requested backends. It also throws on an invalid plan, and on an engine or a number of threads that this host cannot provide.
 * Nothing is changed in these cases.
 */
export function install(options: InstallOptions = {}): Installation {
  refuseUnknown('install', options, known);
  const {
    tf = defaultTf,
    algorithm = 'auto',
    accuracy = 'standard',
    layers = true,
    repairGradients = true,
  } = options ?? {};
  if (typeof tf?.engine !== 'function' || typeof tf.registerKernel !== 'function') {
    throw new ConvgradError(
      'install',
      "tf must be the module '@tensorflow/tfjs' or '@tensorflow/tfjs-core'; pass what `import * as tf` gives.",
    );
  }
  if (!tf.version_core.startsWith('4.')) {
    throw new ConvgradError(
      'install',
      `convgrad replaces kernels of tfjs 4, and this is tfjs ${tf.version_core}; npm install @tensorflow/tfjs@4.`,
    );
  }
  const aliases = findAliases(tf);
  const asked: unknown = options?.backends ?? [...servedBackends(), ...aliases];
  if (!Array.isArray(asked)) {
    throw new ConvgradError(
      'install',
      `backends must be an array of names such as '${servedBackends()[0]}'; got ${JSON.stringify(asked)}.`,
    );
  }
  const backends: string[] = [...new Set(asked)];
  const unknown = backends.find((backend) => !isServed(backend));
  if (unknown !== undefined) {
    throw new ConvgradError(
      'install',
      `convgrad has no kernels for backend '${unknown}'${didYouMean(unknown, servedBackends())}; use ${servedBackends().join(', ')}, or a backend that has the kernels of one of them.`,
    );
  }
  const named = [...new Set(servedBackends().flatMap(algorithmsOf))];
  const general = ['auto', builtinName];
  if (![...general, ...named].includes(algorithm)) {
    throw new ConvgradError(
      'install',
      `unknown algorithm '${algorithm}'${didYouMean(algorithm, named)}; use auto, ${named.join(', ')}, or defineAlgorithm() first.`,
    );
  }
  const able = [...new Set(backends.flatMap(algorithmsOf))];
  if (backends.length > 0 && ![...general, ...able].includes(algorithm)) {
    throw new ConvgradError(
      'install',
      `algorithm '${algorithm}' does not run on ${backends.join(', ')}; use ${able.join(', ')} there, or other backends.`,
    );
  }
  if (!['standard', 'fast'].includes(accuracy)) {
    throw new ConvgradError('install', `accuracy must be 'standard' or 'fast'; got ${JSON.stringify(accuracy)}.`);
  }
  const other = otherSession(tf);
  const {plan, ...engineOptions} = processOptions(options ?? {}, other, [...named, builtinName]);
  configureEngine('install', engineOptions);
  if (!other) resetChoices(plan === 'auto' ? undefined : plan);
  for (const {lifecycle} of allBackends()) lifecycle?.install?.();
  for (const [name, backend] of Object.entries(tf.engine().registry)) {
    if (backends.includes(name)) backendNamed(name)?.lifecycle?.setUp?.(backend);
  }
  const session = currentSession(tf) ?? startSession(tf);
  if (session.backends.some((backend) => !backends.includes(backend))) session.kernels.restore();
  session.backends = backends;
  session.requested = {algorithm, accuracy};
  session.plan = plan;
  session.engineOptions = engineOptions;
  // A backend that is not imported yet is served later, as it registers its kernels one by one.
  const present = backends.filter((backend) => replacedKernelsOn(backend).some((name) => tf.getKernel(name, backend)));
  session.kernels.replace(
    present.flatMap((backend) => replacedKernelsOn(backend).map((name) => kernelKey(name, backend))),
  );
  if (!repairGradients && session.repairsGradients) session.gradients.restore();
  session.repairsGradients = repairGradients;
  session.gradients.replace([...replacedGradients, ...(repairGradients ? Object.keys(repairedGradients) : [])]);
  patchCustomGrad(tf, session.engine);
  session.patchesLayers = layers;
  if (layers) patchLayers(tf, session.layers, () => currentSession(tf) === session && session.patchesLayers);
  else session.layers.restore();
  return {report: () => makeReport(tf)};
}

/**
 * The options that hold for the whole process. An installation in another copy of tfjs keeps its own.
 * @throws ConvgradError on an invalid plan, and on options that differ from the other installation's
 */
function processOptions(
  options: InstallOptions,
  other: Session | undefined,
  known: readonly string[],
): Required<Pick<InstallOptions, 'plan' | 'engine'>> & Pick<InstallOptions, 'threads'> {
  const {plan = other?.plan ?? 'auto', threads = other?.engineOptions.threads} = options;
  const asked = options.engine ?? other?.engineOptions.engine;
  const engine = plan === 'auto' ? (asked ?? 'auto') : engineOfPlan(plan, asked, known);
  const wanted = {plan, engine, threads};
  if (!other) return wanted;
  const present = {plan: other.plan, ...other.engineOptions};
  for (const name of ['engine', 'threads', 'plan'] as const) {
    if (JSON.stringify(wanted[name]) === JSON.stringify(present[name])) continue;
    const theirs = present[name] === undefined ? `${name} left out` : `${name}: ${show(present[name])}`;
    throw new ConvgradError(
      'install',
      `${name} holds for the whole process, and convgrad is installed in another copy of tfjs with ${theirs}; ` +
        `leave ${name} out, or call uninstall() first.`,
    );
  }
  return wanted;
}

/**
 * Returns the engine that a plan requires, or else the requested one.
 * @throws ConvgradError on an invalid plan, or one that names an algorithm or engine that does not fit here
 */
function engineOfPlan(plan: Plan, asked: InstallOptions['engine'], known: readonly string[]): EngineName | 'auto' {
  const choices: unknown = plan?.choices;
  if (typeof choices !== 'object' || choices === null || Array.isArray(choices)) {
    throw new ConvgradError('install', "plan must be 'auto' or the report().plan of an earlier installation.");
  }
  const strange = Object.entries(choices).find(([, algorithm]) => !known.includes(algorithm));
  if (strange) {
    const [problem, algorithm] = strange;
    throw new ConvgradError(
      'install',
      `the plan has ${JSON.stringify(algorithm)} for '${problem}', which is not an algorithm here${didYouMean(String(algorithm), known)}; use ${known.join(', ')}, or defineAlgorithm() first.`,
    );
  }
  const {engine = asked ?? 'auto'} = plan;
  if (asked !== undefined && asked !== 'auto' && asked !== engine) {
    throw new ConvgradError(
      'install',
      `the plan is for engine '${engine}', but engine '${asked}' is requested; leave one of them out.`,
    );
  }
  return engine;
}

/**
 * Undoes {@link install} in every copy of tfjs: restores the original kernels, gradients and layer methods, frees the engine and
 * forgets the choices. What others registered over convgrad in the meantime stays.
 */
export function uninstall(): void {
  endSessions();
  resetEngine();
  resetChoices();
  for (const {lifecycle} of allBackends()) lifecycle?.uninstall?.();
}
