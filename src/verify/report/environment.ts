import {engine} from '../../engine/index.js';
import {defaultTf as tf} from '../../plugin/tfjs.js';
import type {Environment} from './report.js';

/** Describes the machine of a report. The backends must be initialised. */
export function environmentOf(backends: readonly string[]): Environment {
  const {process: node, navigator: browser} = globalThis as {
    process?: {versions?: {node?: string}};
    navigator?: {userAgent?: string};
  };
  const isNode = node?.versions?.node !== undefined;
  return {
    ...(isNode ? {node: `v${node?.versions?.node}`} : {browser: browser?.userAgent ?? 'unknown'}),
    tfjs: tf.version.tfjs,
    backends: Object.fromEntries(backends.map((backend) => [backend, details[backend]?.() ?? {}])),
  };
}

/** Merges the environments of several runs on one machine. Each run has its own backends. */
export function mergeEnvironments(environments: readonly Environment[]): Environment {
  const backends = Object.assign({}, ...environments.map((environment) => environment.backends));
  return Object.assign({}, ...environments, {backends});
}

const details: Readonly<Record<string, () => Details>> = {cpu: host, wasm, webgl, webgpu};
type Details = Record<string, string | number | boolean>;

function host(): Details {
  return {engine: engine().name, engineThreads: engine().threads()};
}

function wasm(): Details {
  // tfjs finds out these flags asynchronously; they are known once the backend is ready.
  const has = (flag: string) => (tf.env().get(flag) as unknown) === true;
  return {...host(), simd: has('WASM_HAS_SIMD_SUPPORT'), threads: has('WASM_HAS_MULTITHREAD_SUPPORT')};
}

function webgl(): Details {
  const {gl} = (
    tf.findBackend('webgl') as unknown as {getGPGPUContext(): {gl: WebGL2RenderingContext}}
  ).getGPGPUContext();
  const info = gl.getExtension('WEBGL_debug_renderer_info');
  return {
    renderer: String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER)),
    float32: tf.env().getBool('WEBGL_RENDER_FLOAT32_ENABLED'),
    targets: Number(gl.getParameter(gl.MAX_DRAW_BUFFERS)),
  };
}

function webgpu(): Details {
  const {adapterInfo: info} = tf.findBackend('webgpu') as unknown as {
    adapterInfo: {vendor: string; architecture: string};
  };
  return {adapter: [info.vendor, info.architecture].filter(Boolean).join(' ') || 'unknown'};
}
