/** The backends that mutants run on. */
export const mutantBackends: readonly string[] = ['cpu', 'webgl', 'webgpu'];
