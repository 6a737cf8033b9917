import {activeBackend, isSoftwareName} from '../gpu/adapters.js';
import {assumedRates, type GpuRates, softwareRates} from '../gpu/work.js';
import type {WebGLBackend} from './tfjsBackend.js';

const software = softwareRates({
  calls: 1250000,
  launches: 77000,
  threads: 137,
  products: 0.511,
  wideLoads: 2.65,
  spreadLoads: 3.85,
  picked: 6.17,
  lookups: 34.7,
  copied: 49,
});

const hardware = assumedRates({
  threads: 0.1,
  products: 0.002,
  wideLoads: 0.04,
  spreadLoads: 0.04,
  picked: 0.01,
  lookups: 0.2,
  wideStores: 0.2,
  copied: 0.2,
});

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
