/**
 * Gives an object a method of its own.
 * @returns a function that restores the previous method, unless somebody else has replaced the new one since
 */
export function override<T extends object, K extends keyof T>(object: T, name: K, method: T[K]): () => void {
  const before = Object.getOwnPropertyDescriptor(object, name);
  object[name] = method;
  return () => {
    if (object[name] !== method) return;
    if (before) Object.defineProperty(object, name, before);
    else delete object[name];
  };
}
