import {env, findBackendFactory, type TensorInfo} from '@tensorflow/tfjs-core';
import {ConvgradError} from '../../../geometry/error.js';
import {activeBackend, isSoftwareRenderer} from '../../gpu/adapters.js';

/** A WebGL program with the vertex array that tfjs's `buildVao` gives it. */
export type Binary = WebGLProgram & {vao: WebGLVertexArrayObject | null};

/**
 * The parts of tfjs's webgl backend that convgrad uses. `runWebGLProgram` packs inputs that are not packed, and disposes of those copies.
 */
export interface WebGLBackend {
  readonly gpgpu: {
    readonly gl: WebGL2RenderingContext;
    createProgram(fragmentShader: WebGLShader): Binary;
    buildVao(program: Binary): void;
    setProgram(program: Binary): void;
    bindVertexArray(vao: Binary['vao']): void;
    executeProgram(): void;
  };
  readonly texData: {get(dataId: object): TextureData};
  makeTensorInfo(shape: number[], dtype: 'float32'): TensorInfo;
  /** Gives a tensor a texture from tfjs's pool, and uploads its values if it has any. */
  uploadToGPU(dataId: object): void;
  disposeIntermediateTensorInfo(tensor: TensorInfo): void;
  /** A packed copy of a tensor that is not packed. */
  packTensor(tensor: TensorInfo): TensorInfo;
  /** A packed copy of a packed tensor, in another shape. */
  packedReshape(tensor: TensorInfo, shape: readonly number[]): TensorInfo;
  /** @param keepPacked whether the output stays packed where tfjs would unpack it at once (WEBGL_LAZILY_UNPACK is false) */
  runWebGLProgram(
    program: object,
    inputs: TensorInfo[],
    dtype: 'float32',
    uniforms: number[][],
    keepPacked?: boolean,
    texels?: readonly [height: number, width: number],
  ): TensorInfo;
}

/** What tfjs records about a tensor's texture. */
interface TextureData {
  isPacked: boolean;
  /** The shape of the tensor that the texture was made for. */
  shape: number[];
  /** Twice the size in texels of a packed texture. */
  texShape: [height: number, width: number];
  texture: {texture: WebGLTexture} | null;
}

/**
 * Enough fragments to keep a GPU busy, or the cores of a processor that runs a software renderer. More of them cost time: see `slicesOf`.
 */
const busyFragments = {gpu: 8192, software: 1024};

interface Device {
  version: number;
  maxSide: number;
  isSoftware: boolean;
  /** The number of fragments that dFilter may be cut into. */
  fragments: number;
}

/**
 * The capabilities of the device of tfjs's webgl backend. Without webgl, tfjs warns when its flags are read, so fixed values replace them.
 */
export function device(): Device {
  const gl = activeBackend<WebGLBackend>('webgl')?.gpgpu?.gl;
  const isSoftware = gl !== undefined && isSoftwareRenderer(rendererOf(gl));
  const fragments = isSoftware ? busyFragments.software : busyFragments.gpu;
  // `explain` uses these values if there is no device. Most devices have textures of that side.
  if (!findBackendFactory('webgl')) return {version: 2, maxSide: 16384, isSoftware, fragments};
  return {
    ...{version: env().getNumber('WEBGL_VERSION'), maxSide: env().getNumber('WEBGL_MAX_TEXTURE_SIZE'), isSoftware},
    // In float16 textures each slice of dFilter would be rounded once more, so one slice holds the whole sum.
    fragments: env().getBool('WEBGL_RENDER_FLOAT32_ENABLED') ? fragments : 1,
  };
}

const renderers = new WeakMap<WebGL2RenderingContext, string>();

function rendererOf(gl: WebGL2RenderingContext): string {
  const known = renderers.get(gl);
  if (known !== undefined) return known;
  const info = gl.getExtension('WEBGL_debug_renderer_info');
  const renderer = String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
  renderers.set(gl, renderer);
  return renderer;
}

/** True, or the reason why none of convgrad's shaders can run. */
export function needsWebGL2(): true | string {
  return device().version === 1
    ? 'this browser has only WebGL 1, whose shaders cannot loop over sizes unknown at compile time; WebGL 2 is needed'
    : true;
}

/** @throws ConvgradError if the browser took the GPU away, which it may do at any time; tfjs does not check */
export function assertContext({gpgpu: {gl}}: WebGLBackend): void {
  if (!gl.isContextLost()) return;
  throw new ConvgradError(
    undefined,
    "the browser took WebGL's context away (another page or a driver may have crashed), and with it every tensor on the webgl backend; " +
      "make a new backend with tf.removeBackend('webgl'), tf.registerBackend('webgl', …) and tf.setBackend('webgl'), or reload the page.",
  );
}
