import {env, type TensorInfo} from '@tensorflow/tfjs-core';
import {type CoverageCounter, countHit, makeCounters} from '../../engine/coverageCounter.js';
import type {Conv2DInfo, Kind} from '../../geometry/conv2dInfo.js';
import {fitToIndexRange, maxInt32} from '../../geometry/indexRange.js';
import {type Pass, passes, passTensors, shapeOf} from '../../geometry/pass.js';
import type {Problem} from '../../geometry/problem.js';
import {gpuArithmetic} from '../arithmetic.js';
import type {Backend} from '../backend.js';
import type {Implementation} from '../implementation.js';
import {builtinOnWebgl} from './builtinOnWebgl.js';
import {costFrom, directLaunches} from './cost.js';
import {assertContext, needsWebGL2, type WebGLBackend} from './device/tfjsBackend.js';
import {program} from './direct/program.js';
import {channelPacked} from './layouts/channelPacked/index.js';
import {channelPackedDirect} from './layouts/channelPackedDirect/index.js';
import {packed2x2} from './layouts/packed2x2/index.js';
import {ratesInUse} from './rates.js';

/** The ways in which an output fills its last texels. They are counted apart, because shaders skip the lanes past an odd size. */
const ends = ['whole texels', 'an odd column', 'an odd row', 'an odd row and column'];
const kinds: Readonly<Record<Kind, string>> = {dense: '', depthwise: 'depthwise '};
const counters = makeCounters(
  Object.values(kinds).flatMap((kind) => passes.flatMap((pass) => ends.map((end) => `${kind}${pass} shader, ${end}`))),
);

function counterOf(info: Conv2DInfo, pass: Pass): CoverageCounter {
  const [rows, columns] = shapeOf(info, passTensors[pass].output).slice(2);
  const shader = Object.keys(kinds).indexOf(info.kind) * passes.length + passes.indexOf(pass);
  return counters[shader * ends.length + (rows % 2) * 2 + (columns % 2)];
}

/** Returns the program of a pass and the values of its uniforms. */
export type PassProgram = typeof program;

/** An algorithm that runs one program per pass. */
export function programImplementation(
  algorithm: string,
  plan: PassProgram,
  own: readonly Pass[] = passes,
): Implementation {
  return {
    algorithm,
    passes: own,
    supports(info, pass) {
      if (!own.includes(pass)) return `it has no ${pass}`;
      const fitted = fitToIndexRange(info, maxInt32);
      return typeof fitted === 'string' ? fitted : needsWebGL2();
    },
    run(pass: Pass, info: Conv2DInfo, a: TensorInfo, b: TensorInfo, backend: object) {
      const {program: shader, uniforms} = plan(fitToIndexRange(info, maxInt32) as Conv2DInfo, pass);
      assertContext(backend as WebGLBackend);
      countHit?.(counterOf(info, pass));
      return (backend as WebGLBackend).runWebGLProgram(shader, [a, b], 'float32', Object.values(uniforms));
    },
  };
}

/**
 * The definition as one fragment shader per kind and pass, on tfjs's packed textures. {@link program} tells when a new program compiles.
 *
 * Limits: it needs WebGL 2, since the shaders of WebGL 1 have neither loops of variable length nor integer `%`. Sums are float32 on every
 * device, but a device without float32 textures stores tensors as float16: 11 significant bits, and Inf from 65 520.
 */
const direct: Implementation = {
  ...programImplementation('direct', program),
  ...costFrom(directLaunches),
  counters,
};

const implementations: Implementation[] = [packed2x2, channelPackedDirect, channelPacked, direct];

/**
 * Adds an implementation as the last in order of preference.
 * @returns a function that removes it
 */
export function addImplementation(implementation: Implementation): () => void {
  implementations.push(implementation);
  return () => {
    const at = implementations.indexOf(implementation);
    if (at >= 0) implementations.splice(at, 1);
  };
}

/** Serves tfjs's `webgl` backend. */
export const webgl: Backend = {
  name: 'webgl',
  implementations: () => implementations,
  kernelLanguage: 'glsl',
  builtin: builtinOnWebgl,
  compiles: true,
  ratesSource: () => ratesInUse().from,
  arithmetic: gpuArithmetic,
  float16: {
    arithmetic: {
      ...gpuArithmetic,
      exactLimit: 2 ** 11,
      storage: {unit: 2 ** -11, underflow: 2 ** -25, most: 65504},
    },
    isStored: () => !env().getBool('WEBGL_RENDER_FLOAT32_ENABLED'),
    force: () => env().set('WEBGL_FORCE_F16_TEXTURES', true),
  },
  reads: 'dataSync',
  // Its gradients of other operations were not examined.
  faults: {onIntegers: packedDepthwiseFault, gradients: []},
  cpuForwardFlag: 'WEBGL_CPU_FORWARD',
  provenances: ['packed', 'unpacked'],
  equipment: async () => (await import('./equipment/index.js')).equipment,
};

/** The fault of tfjs's packed depthwise shader. */
function packedDepthwiseFault({kind, inChannels, outChannels, strideWidth}: Problem, pass: Pass): string | undefined {
  return kind === 'depthwise' && inChannels === outChannels && strideWidth <= 2 && pass === 'forward'
    ? 'the built-in depthwise shader adds 10⁻¹⁵ to each sum and subtracts it again, which leaves a remainder where the sum is 0'
    : undefined;
}
