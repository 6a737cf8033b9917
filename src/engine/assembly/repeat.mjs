// Copies between tensors with C channels and with C·M. AssemblyScript as text.

/**
 * out[i·times + m] = source[i] and out[i] = Σ_m source[i·times + m]. from..to is a range of elements of the narrow side; the
 * result of each does not depend on the others.
 */
export const repeat = `
export function repeat(from: i32, to: i32, source: usize, times: i32, out: usize): void {
  let at = out + (<usize>(from * times) << 2);
  for (let i = from; i < to; ++i) {
    const value = load<f32>(source + (<usize>i << 2));
    for (let m = 0; m < times; ++m, at += 4) store<f32>(at, value);
  }
}

export function sumRepeats(from: i32, to: i32, source: usize, times: i32, out: usize): void {
  let at = source + (<usize>(from * times) << 2);
  for (let i = from; i < to; ++i) {
    let sum: f32 = 0;
    for (let m = 0; m < times; ++m, at += 4) sum += load<f32>(at);
    store<f32>(out + (<usize>i << 2), sum);
  }
}
`;
