import type {TensorInfo} from '@tensorflow/tfjs';
import {makeParts} from '../../engine/part.js';
import type {Conv2DInfo, Kind} from '../../geometry/conv2dInfo.js';
import {fittedTo, mostInt32} from '../../geometry/farthest.js';
import {type Pass, passes, passTensors, shapeOf} from '../../geometry/pass.js';
import type {BackendFamily, Implementation} from '../implementation.js';
import {backendNames} from '../servedBackends.js';
import {builtinOnWebgl} from './builtinOnWebgl.js';
import {counted, directLaunches} from './cost.js';
import {program} from './program.js';
import {quads, parts as quadsParts} from './quads/index.js';
import {ratesInUse} from './rates.js';
import {texels, parts as texelsParts} from './texels/index.js';
import {assertContext, needsWebGL2, type WebGLBackend} from './tfjsBackend.js';
import {windows, parts as windowsParts} from './windows/index.js';

/** A shader by how its output fills the last texels, since the lanes past an odd size are skipped. */
const ends = ['whole texels', 'an odd column', 'an odd row', 'an odd row and column'];
const kinds: Readonly<Record<Kind, string>> = {dense: '', depthwise: 'depthwise '};
const parts = makeParts(
  Object.values(kinds).flatMap((kind) => passes.flatMap((pass) => ends.map((end) => `${kind}${pass} shader, ${end}`))),
);

function countRun(info: Conv2DInfo, pass: Pass): void {
  const [rows, columns] = shapeOf(info, passTensors[pass].output).slice(2);
  const shader = Object.keys(kinds).indexOf(info.kind) * passes.length + passes.indexOf(pass);
  parts[shader * ends.length + (rows % 2) * 2 + (columns % 2)].hits++;
}

/** The program of a pass and the values of its uniforms. */
export type Plan = typeof program;

/** An algorithm that is one program a pass. */
export function byProgram(algorithm: string, plan: Plan, own: readonly Pass[] = passes): Implementation {
  return {
    algorithm,
    passes: own,
    supports(info, pass) {
      if (!own.includes(pass)) return `it has no ${pass}`;
      const fitted = fittedTo(info, mostInt32);
      return typeof fitted === 'string' ? fitted : needsWebGL2();
    },
    run(pass: Pass, info: Conv2DInfo, a: TensorInfo, b: TensorInfo, backend: object) {
      const {program: shader, uniforms} = plan(fittedTo(info, mostInt32) as Conv2DInfo, pass);
      assertContext(backend as WebGLBackend);
      countRun(info, pass);
      return (backend as WebGLBackend).runWebGLProgram(shader, [a, b], 'float32', Object.values(uniforms));
    },
  };
}

/**
 * The definition as one fragment shader per kind and pass, on tfjs's packed textures; see {@link program} for what compiles when.
 *
 * Limits: WebGL 2, since the shaders of WebGL 1 have neither loops of variable length nor integer `%`. Sums are float32 on
 * every device, but one without float32 textures stores tensors as float16: 11 significant bits, and Inf from 65 520.
 */
const direct: Implementation = {...byProgram('direct', program), ...counted(directLaunches)};

const implementations: Implementation[] = [texels, windows, quads, direct];

/** Adds an implementation, the last in order of preference. @returns the undo */
export function addImplementation(implementation: Implementation): () => void {
  implementations.push(implementation);
  return () => {
    const at = implementations.indexOf(implementation);
    if (at >= 0) implementations.splice(at, 1);
  };
}

/** tfjs's `webgl` backend. */
export const webglFamily: BackendFamily = {
  backends: backendNames.webgl,
  implementations: () => implementations,
  builtins: {webgl: builtinOnWebgl},
  compiles: true,
  ratesFrom: () => ratesInUse().from,
  parts: () => [...texelsParts, ...windowsParts, ...quadsParts, ...parts],
};
