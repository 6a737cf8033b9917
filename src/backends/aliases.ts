/** Maps the name of a copied backend to the name of its original. */
const aliases = new Map<string, string>();

/** Makes convgrad serve a backend as a copy of another one. If `backend` is undefined, the name stands for itself again. */
export function setAlias(copy: string, backend: string | undefined): void {
  if (backend === undefined) aliases.delete(copy);
  else aliases.set(copy, backend);
}

/** The backend that a name stands for: the original if it is a copy, else itself. */
export function resolveAlias(name: string): string {
  return aliases.get(name) ?? name;
}
