import {guardMemory} from '../backends/host/heap.js';
import {reuseOutputs} from '../backends/host/memory.js';
import {isServed, servedBackends} from '../backends/servedBackends.js';
import {configureEngine, type EngineName, resetEngine} from '../engine/index.js';
import {didYouMean, keysOf, refuseUnknown} from '../geometry/didYouMean.js';
import {ConvgradError} from '../geometry/error.js';
import {findAliases} from './backendAliases.js';
import {builtinName} from './builtinImplementation.js';
import {patchCustomGrad} from './fusedGradient.js';
import {patchLayers} from './layers.js';
import {type Plan, resetChoices} from './planCache.js';
import {repairedGradients} from './repairedGradients.js';
import {type InstallationReport, makeReport} from './report.js';
import {algorithmsOf} from './select.js';
import {currentSession, endSessions, replacedGradients, replacedKernelsOn, startSession} from './session.js';
import {defaultTf, type Tf} from './tfjs.js';
import {kernelKey} from './tfjsRegistries.js';

export interface InstallOptions {
  /** The copy of tfjs whose kernels are to be replaced; by default the one this package resolves to. */
  tf?: Tf;
  /** tfjs backends to serve, imported already or later; by default every one that convgrad has kernels for, and those that are aliases of them under other names. */
  backends?: readonly string[];
  /** The algorithm to use where it runs and supports the problem; 'auto' (the default) takes the one of least predicted time, on wasm for depthwise
   * convolutions and small dense ones forward tfjs's own kernel, which 'builtin' asks for by name. Every other name means convgrad's alone. */
  algorithm?: string | 'auto';
  /**
   * 'fast' lets 'auto' take algorithms that are less accurate than the definition in float32, by a factor of 3 to 10; see docs/winograd.md. 'standard'
   * is the default.
   */
  accuracy?: 'standard' | 'fast';
  /**
   * What an earlier run chose, from `installation.report().plan`: predicted times differ a little from run to run, and algorithms round differently, so a
   * plan is what makes another run compute the same bits. 'auto' (the default) chooses anew.
   */
  plan?: 'auto' | Plan;
  /**
   * What computes on cpu and wasm: `fma` and `simd` are WebAssembly vectors with fused and with separate multiplication and addition, `js` is plain
   * JavaScript. 'auto' (the default) takes the first that runs here; they round differently, so name one to get the same bits on every machine.
   */
  engine?: EngineName | 'auto';
  /**
   * Threads on cpu and wasm, which change no bit of a result. By default as many as there are processors, up to 8, in Node; one in pages, where more
   * need cross-origin isolation. They start when there is work that pays, and never keep a process alive.
   */
  threads?: number | undefined;
  /** Whether to patch the convolutional classes of tf.layers, so that they train under dilation with every activation; true by default. */
  layers?: boolean;
  /**
   * Whether to put right the gradients of other operations that tfjs computes wrong or does not have: `tf.mirrorPad`, `tf.image.resizeNearestNeighbor` (so
   * upSampling2d layers too), `tf.image.resizeBilinear` and `tf.depthToSpace`, on every backend; true by default.
   */
  repairGradients?: boolean;
}

const known = keysOf<InstallOptions>({
  ...{tf: true, backends: true, algorithm: true, accuracy: true, plan: true},
  ...{engine: true, threads: true, layers: true, repairGradients: true},
});

/** What `install()` returns. */
export interface Installation {
  /** What is replaced, what was served and by which algorithm, and what fell back and why; as of now. */
  report(): InstallationReport;
}

/**
 * Replaces tfjs's kernels of dense and depthwise convolutions (Conv2D, FusedConv2D, Conv2DBackpropInput, Conv2DBackpropFilter;
 * DepthwiseConv2dNative, FusedDepthwiseConv2D, …; on wasm also MaxPoolGrad) and their gradients by convgrad's, gradients of other operations that are wrong or missing (`repairGradients`), and what no kernel can put right: the gradients inside
 * `tf.fused.conv2d` and `tf.fused.depthwiseConv2d`, and methods of tf.layers, in layers that exist already too. Synchronous and silent. A second call replaces
 * the options and takes back places that were taken since; backends that are imported later are served as they come.
 *
 * @throws ConvgradError on an unknown option, backend, algorithm or accuracy, an algorithm that runs on none of the backends that are asked for, a plan that is none, and on an engine or threads that cannot be here; nothing is changed then
 */
export function install(options: InstallOptions = {}): Installation {
  refuseUnknown('install', options, known);
  const {
    tf = defaultTf,
    algorithm = 'auto',
    accuracy = 'standard',
    plan = 'auto',
    threads,
    layers = true,
    repairGradients = true,
  } = options ?? {};
  if (typeof tf?.engine !== 'function' || typeof tf.registerKernel !== 'function') {
    throw new ConvgradError('install', "tf must be the module '@tensorflow/tfjs'; pass what `import * as tf` gives.");
  }
  const aliases = findAliases(tf);
  const asked: unknown = options?.backends ?? [...servedBackends(), ...aliases];
  if (!Array.isArray(asked)) {
    throw new ConvgradError('install', `backends must be an array such as ['cpu']; got ${JSON.stringify(asked)}.`);
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
  const engine =
    plan === 'auto' ? (options?.engine ?? 'auto') : engineOfPlan(plan, options?.engine, [...named, builtinName]);
  configureEngine('install', {engine, threads});
  resetChoices(plan === 'auto' ? undefined : plan);
  reuseOutputs(true);
  for (const [name, backend] of Object.entries(tf.engine().registry)) if (backends.includes(name)) guardMemory(backend);
  const session = currentSession(tf) ?? startSession(tf);
  if (session.backends.some((backend) => !backends.includes(backend))) session.kernels.restore();
  session.backends = backends;
  session.requested = {algorithm, accuracy};
  session.plan = plan;
  session.engineOptions = {engine, threads};
  // Backends that are not imported yet arrive later, kernel by kernel.
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

/** The engine that a plan calls for, else the one that was asked for. @throws ConvgradError on what is no plan, or not one for here */
function engineOfPlan(plan: Plan, asked: InstallOptions['engine'], known: readonly string[]): EngineName | 'auto' {
  const choices: unknown = plan?.choices;
  if (typeof choices !== 'object' || choices === null || Array.isArray(choices)) {
    throw new ConvgradError('install', "plan must be 'auto' or what report().plan of an earlier installation gave.");
  }
  const strange = Object.entries(choices).find(([, algorithm]) => !known.includes(algorithm));
  if (strange) {
    const [problem, algorithm] = strange;
    throw new ConvgradError(
      'install',
      `the plan has ${JSON.stringify(algorithm)} for '${problem}', which is no algorithm here${didYouMean(String(algorithm), known)}; use ${known.join(', ')}, or defineAlgorithm() first.`,
    );
  }
  const {engine = asked ?? 'auto'} = plan;
  if (asked !== undefined && asked !== 'auto' && asked !== engine) {
    throw new ConvgradError(
      'install',
      `the plan is for engine '${engine}' and '${asked}' is asked for; leave one out.`,
    );
  }
  return engine;
}

/** Puts everything back as it was before `install()`, in every copy of tfjs; what others registered over convgrad since then stays theirs. */
export function uninstall(): void {
  endSessions();
  resetEngine();
  resetChoices();
  reuseOutputs(false);
}
