/** Coordinates of one input that move by the same step. The step is a power of two. */
export interface CoordinateGroup {
  indices: readonly number[];
  step: number;
}

/** A value this many times larger than the typical one is in a group of its own. */
const outlier = 64;

/**
 * Divides the coordinates of an input into groups of similar size. Most inputs are one group. In [1e6, 1, 1, 1] the first value needs
 * larger steps, and its slope would drown those of the others.
 */
export function groupBySize(values: Float32Array): CoordinateGroup[] {
  const typical = typicalSize(values);
  const bands = new Map<number, number[]>();
  for (let i = 0; i < values.length; i++) {
    const band = Math.max(0, Math.floor(Math.log2(Math.abs(values[i]) / typical) / Math.log2(outlier)));
    const band0 = Number.isFinite(band) ? band : 0;
    const indices = bands.get(band0);
    if (indices) indices.push(i);
    else bands.set(band0, [i]);
  }
  return [...bands]
    .sort(([a], [b]) => a - b)
    .map(([band, indices]) => ({indices, step: powerBelow(typical * outlier ** band)}));
}

/** The median magnitude of the values that are not 0; 1 if all are 0. */
function typicalSize(values: Float32Array): number {
  const sizes = values.filter((value) => value !== 0).map(Math.abs);
  if (sizes.length === 0) return 1;
  return sizes.sort()[sizes.length >> 1];
}

/** The largest power of two up to a number, but at least 2⁻¹⁴⁰, so that float32 can divide it. */
function powerBelow(value: number): number {
  return 2 ** Math.max(-140, Math.floor(Math.log2(value)));
}

/**
 * Rounds each value to one bit less than float32 has, so that steps of a unit in the last place and more are exact, up and down. A gradient
 * is judged at these values.
 */
export function onLattice(values: Float32Array): Float32Array {
  return values.map((value) => {
    const ulp = ulpOf(value) * 2;
    return Math.round(value / ulp) * ulp;
  });
}

/** The distance to the next float32. */
export function ulpOf(value: number): number {
  return 2 ** Math.max(-149, Math.floor(Math.log2(Math.abs(value) || 2 ** -149)) - 23);
}
