const identities = new WeakMap<Float32Array, object>();

/** Vouches that an array holds what its identity stands for, which never changes: the tensor that it is a view of. */
export function vouch(array: Float32Array, identity: object): void {
  identities.set(array, identity);
}

/** What was vouched for an array; undefined for those that anybody may write to. */
export function identityOf(array: Float32Array): object | undefined {
  return identities.get(array);
}
