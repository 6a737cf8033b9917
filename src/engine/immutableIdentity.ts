const identities = new WeakMap<Float32Array, object>();

/** Marks the contents of an array as immutable. The identity stands for these contents: it is the tensor that the array is a view of. */
export function markImmutable(array: Float32Array, identity: object): void {
  identities.set(array, identity);
}

/** The immutable identity of an array; undefined if the array's contents may change. */
export function immutableIdentityOf(array: Float32Array): object | undefined {
  return identities.get(array);
}
