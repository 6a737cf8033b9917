/** The first index at which two lists differ, bit for bit; −1 when there is none. NaN equals NaN, and 0 differs from −0. */
export function firstDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) if (!Object.is(a[i], b[i])) return i;
  return -1;
}
