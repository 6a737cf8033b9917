/** Names of the tfjs backends that each family serves. They stand apart from the kernels, so that a list of them loads none. */
export const backendNames = {host: ['cpu', 'wasm'], webgl: ['webgl'], webgpu: ['webgpu']} as const;

/** Names of the tfjs backends that convgrad has kernels for. */
export function servedBackends(): readonly string[] {
  return Object.values(backendNames).flat();
}

/** Backends under other names, by the name of the one that each is a copy of. */
const aliases = new Map<string, string>();

/** Has a backend served as the one that it is a copy of; as itself where that is none. */
export function setAlias(copy: string, backend: string | undefined): void {
  if (backend === undefined) aliases.delete(copy);
  else aliases.set(copy, backend);
}

/** The backend that a name stands for: itself, or the one that it is a copy of. */
export function resolveAlias(name: string): string {
  return aliases.get(name) ?? name;
}

/** Whether convgrad has kernels for a backend, or for the one that it is a copy of. */
export function isServed(name: string): boolean {
  return servedBackends().includes(resolveAlias(name));
}
