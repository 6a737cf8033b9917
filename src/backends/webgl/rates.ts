import {activeBackend, isSoftwareName} from '../gpu/adapters.js';
import type {GpuRates} from '../gpu/work.js';
import type {WebGLBackend} from './tfjsBackend.js';

/** Fitted by `scripts/fitRates.mjs`, which tells how. */
const software: GpuRates = {
  from: 'measured on SwiftShader',
  nanoseconds: {
    calls: 1250000,
    launches: 77000,
    threads: 137,
    products: 0.511,
    loads: 0,
    wideLoads: 2.65,
    spreadLoads: 3.85,
    picked: 6.17,
    lookups: 34.7,
    stores: 0,
    wideStores: 0,
    copied: 49,
  },
  parallel: 1,
};

/**
 * What GPUs of some tera operations a second and some hundred gigabytes a second have in common, rounded: a launch takes as long as millions of products,
 * and loads hit caches. No GPU was at hand to fit them on.
 */
const hardware: GpuRates = {
  from: 'assumed of a GPU, none measured',
  nanoseconds: {
    calls: 1e5,
    launches: 1e4,
    threads: 0.1,
    products: 0.002,
    loads: 0,
    wideLoads: 0.04,
    spreadLoads: 0.04,
    picked: 0.01,
    lookups: 0.2,
    stores: 0,
    wideStores: 0.2,
    copied: 0.2,
  },
  parallel: 2048,
};

const renderers = new WeakMap<WebGL2RenderingContext, string>();

/** The rates of the renderer of tfjs's webgl backend; those of a GPU where there is none yet. */
export function ratesInUse(): GpuRates {
  const gl = activeBackend<WebGLBackend>('webgl')?.gpgpu?.gl;
  return gl && isSoftwareName(rendererOf(gl)) ? software : hardware;
}

function rendererOf(gl: WebGL2RenderingContext): string {
  const known = renderers.get(gl);
  if (known !== undefined) return known;
  const info = gl.getExtension('WEBGL_debug_renderer_info');
  const renderer = String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
  renderers.set(gl, renderer);
  return renderer;
}
