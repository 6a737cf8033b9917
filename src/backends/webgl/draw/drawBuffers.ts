import type {TensorInfo} from '@tensorflow/tfjs-core';
import {ConvgradError} from '../../../geometry/error.js';
import {activeBackend} from '../../gpu/adapters.js';
import type {Binary, WebGLBackend} from '../device/tfjsBackend.js';

/** The number of textures that one fragment can write to on every WebGL 2 device. */
export const minDrawBuffers = 4;
/** No shader uses more draw buffers than this, because their sums would not fit into registers. */
const maxDrawBuffers = 8;
/** All numbers of draw buffers that a device may offer. */
export const drawBufferCounts = Array.from({length: maxDrawBuffers - minDrawBuffers + 1}, (_, i) => minDrawBuffers + i);

/** A fragment shader that reads textures and writes one texel to each of several draw buffers. tfjs's own programs write to one texture. */
export interface DrawProgram {
  /** GLSL ES 3.00 without its head: `main` and functions. It writes `drawBuffer0`, `drawBuffer1`, … */
  text: string;
  /** Names of the samplers, in the order of the inputs. */
  samplers: readonly string[];
  /** Values of `int` and `ivec` uniforms by name. */
  uniforms: Readonly<Record<string, readonly number[]>>;
  /** Values of `float` uniforms by name. */
  floats?: Readonly<Record<string, number>>;
  /** Number of draw buffers; {@link minDrawBuffers} if absent. */
  drawBuffers?: number;
}

const head = ({samplers, uniforms, floats = {}, drawBuffers = minDrawBuffers}: DrawProgram) =>
  [
    '#version 300 es',
    'precision highp float; precision highp int; precision highp sampler2D;',
    ...samplers.map((name) => `uniform sampler2D ${name};`),
    ...Object.entries(uniforms).map(([name, {length}]) => `uniform ${length === 1 ? 'int' : `ivec${length}`} ${name};`),
    ...Object.keys(floats).map((name) => `uniform float ${name};`),
    ...Array.from({length: drawBuffers}, (_, i) => `layout(location = ${i}) out vec4 drawBuffer${i};`),
  ].join('\n');

/** What one context has compiled. Texts hold no sizes, so there are few programs. */
interface Compiled {
  /** The most draw buffers that a fragment may write to. */
  most: number;
  framebuffer: WebGLFramebuffer;
  programs: Map<string, {binary: Binary; locations: Map<string, WebGLUniformLocation | null>}>;
}

const compiled = new WeakMap<WebGL2RenderingContext, Compiled>();

/** The number of {@link DrawProgram}s that a context has compiled. New sizes add none. */
export function compiledCount({gpgpu: {gl}}: WebGLBackend): number {
  return compiled.get(gl)?.programs.size ?? 0;
}

/** The most textures that a fragment can write to on this device, up to {@link maxDrawBuffers}. */
export function drawBufferLimit({gpgpu: {gl}}: WebGLBackend): number {
  return stateOf(gl).most;
}

/** The limit of tfjs's webgl backend. If there is no backend yet, {@link maxDrawBuffers}, which most devices reach. */
export function currentDrawBufferLimit(): number {
  const backend = activeBackend<Partial<WebGLBackend>>('webgl');
  return backend?.gpgpu ? drawBufferLimit(backend as WebGLBackend) : maxDrawBuffers;
}

/**
 * Runs the program over draw buffers of one size.
 * @param inputs as they lie in their textures
 * @param size of each draw buffer, in texels
 * @returns tensors that stand for the draw buffers; release them with `disposeIntermediateTensorInfo`
 */
export function runDraw(
  backend: WebGLBackend,
  program: DrawProgram,
  inputs: readonly TensorInfo[],
  size: readonly [height: number, width: number],
): TensorInfo[] {
  const {gpgpu} = backend;
  const {gl} = gpgpu;
  const {framebuffer, programs} = stateOf(gl);
  const drawBuffers = Array.from({length: program.drawBuffers ?? minDrawBuffers}, () => makeTexture(backend, size));
  const source = `${head(program)}\n${program.text}`;
  const found = programs.get(source) ?? compile(backend, source);
  programs.set(source, found);
  const at = (name: string) => {
    if (!found.locations.has(name)) found.locations.set(name, gl.getUniformLocation(found.binary, name));
    return found.locations.get(name) ?? null;
  };
  gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
  const attach = (i: number, texture: WebGLTexture | null) =>
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0 + i, gl.TEXTURE_2D, texture, 0);
  for (const [i, drawBuffer] of drawBuffers.entries()) attach(i, textureOf(backend, drawBuffer));
  gl.drawBuffers(drawBuffers.map((_, i) => gl.COLOR_ATTACHMENT0 + i));
  gl.viewport(0, 0, size[1], size[0]);
  gl.scissor(0, 0, size[1], size[0]);
  gpgpu.setProgram(found.binary);
  gpgpu.bindVertexArray(found.binary.vao);
  for (const [i, input] of inputs.entries()) {
    gl.activeTexture(gl.TEXTURE0 + i);
    gl.bindTexture(gl.TEXTURE_2D, textureOf(backend, input));
    gl.uniform1i(at(program.samplers[i]), i);
  }
  for (const [name, values] of Object.entries(program.uniforms)) setUniform(gl, at(name), values);
  for (const [name, value] of Object.entries(program.floats ?? {})) gl.uniform1f(at(name), value);
  gpgpu.executeProgram();
  // If a texture stays attached, it is not freed when tfjs deletes it.
  for (const i of drawBuffers.keys()) attach(i, null);
  return drawBuffers;
}

/** The framebuffer that convgrad draws with. tfjs draws into the same textures with a framebuffer of its own. */
export function framebufferOf({gpgpu: {gl}}: WebGLBackend): WebGLFramebuffer {
  return stateOf(gl).framebuffer;
}

function stateOf(gl: WebGL2RenderingContext): Compiled {
  const known = compiled.get(gl);
  if (known) return known;
  const limits = [gl.MAX_DRAW_BUFFERS, gl.MAX_COLOR_ATTACHMENTS].map((name) => gl.getParameter(name) as number);
  const made = {most: Math.min(maxDrawBuffers, ...limits), framebuffer: gl.createFramebuffer(), programs: new Map()};
  compiled.set(gl, made);
  return made;
}

function compile({gpgpu}: WebGLBackend, source: string): {binary: Binary; locations: Map<string, null>} {
  const {gl} = gpgpu;
  const shader = gl.createShader(gl.FRAGMENT_SHADER) as WebGLShader;
  gl.shaderSource(shader, source);
  gl.compileShader(shader);
  if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) {
    throw new ConvgradError(
      undefined,
      `this WebGL does not compile a shader of convgrad's: ${gl.getShaderInfoLog(shader)}; use install({algorithm: 'direct'}).`,
    );
  }
  const binary = gpgpu.createProgram(shader);
  gpgpu.buildVao(binary);
  return {binary, locations: new Map()};
}

/**
 * A texture from tfjs's pool in the form of its packed tensors: four floats a texel.
 * @param shape of the tensor that it holds
 */
export function makeTexture(
  backend: WebGLBackend,
  [height, width]: readonly [number, number],
  shape = [2 * height, 2 * width],
): TensorInfo {
  const tensor = backend.makeTensorInfo(shape, 'float32');
  Object.assign(backend.texData.get(tensor.dataId), {isPacked: true, texShape: [2 * height, 2 * width]});
  backend.uploadToGPU(tensor.dataId);
  return tensor;
}

export function textureOf({texData}: WebGLBackend, {dataId}: TensorInfo): WebGLTexture | null {
  return texData.get(dataId).texture?.texture ?? null;
}

function setUniform(gl: WebGL2RenderingContext, at: WebGLUniformLocation | null, values: readonly number[]): void {
  const set = [gl.uniform1iv, gl.uniform2iv, gl.uniform3iv, gl.uniform4iv][values.length - 1];
  set.call(gl, at, values as number[]);
}
