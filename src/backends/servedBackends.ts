/** Names of the tfjs backends that each family serves. They stand apart from the kernels, so that a list of them loads none. */
export const backendNames = {host: ['cpu', 'wasm'], webgl: ['webgl'], webgpu: ['webgpu']} as const;

/** Names of the tfjs backends that convgrad has kernels for. */
export function servedBackends(): readonly string[] {
  return Object.values(backendNames).flat();
}
