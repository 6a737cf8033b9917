const identities = new WeakMap<Float32Array, object>();

/** Marks that an array holds what its identity stands for, which never changes: the tensor that it is a view of. */
export function markImmutable(array: Float32Array, identity: object): void {
  identities.set(array, identity);
}

/** The immutable identity of an array; undefined for those that anybody may write to. */
export function immutableIdentityOf(array: Float32Array): object | undefined {
  return identities.get(array);
}
