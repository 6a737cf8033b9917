import {engine} from '@tensorflow/tfjs';

/** What convgrad reads from an adapter, for a process without a GPU. */
const fakes: Readonly<Record<string, (name: string) => object>> = {
  webgpu: (name) => ({adapterInfo: {vendor: 'some', architecture: name}}),
  webgl: (name) => ({
    gpgpu: {
      gl: {
        getExtension: () => null,
        RENDERER: 1,
        getParameter: (what: number) => (what === 1 ? name : 8),
        createFramebuffer: () => ({}),
      },
    },
  }),
};

/** Runs fn as if tfjs's backend had an adapter of that name. */
export function withAdapter<T>(backend: 'webgl' | 'webgpu', name: string, fn: () => T): T {
  const registry = engine().registry as Record<string, unknown>;
  registry[backend] = fakes[backend]!(name);
  try {
    return fn();
  } finally {
    delete registry[backend];
  }
}
