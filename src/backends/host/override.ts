/** Gives an object a method of its own. @returns what takes it away again */
export function override<T extends object, K extends keyof T>(object: T, name: K, method: T[K]): () => void {
  const before = Object.getOwnPropertyDescriptor(object, name);
  object[name] = method;
  return () => {
    if (object[name] !== method) return;
    if (before) Object.defineProperty(object, name, before);
    else delete object[name];
  };
}
