/** Coordinates of one input that move by the same step, and that step: a power of two. */
export interface CoordinateGroup {
  indices: readonly number[];
  step: number;
}

/** A value more than so many times the typical one is in a part of its own. */
const outlier = 64;

/**
 * Divides the coordinates of an input into parts of like size. Most inputs are one part; in [1e6, 1, 1, 1] the first value needs steps of
 * its own, and its slope would drown those of the others.
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

/** The median magnitude of those that are not 0; 1 where all are. */
function typicalSize(values: Float32Array): number {
  const sizes = values.filter((value) => value !== 0).map(Math.abs);
  if (sizes.length === 0) return 1;
  return sizes.sort()[sizes.length >> 1];
}

/** The largest power of two up to a number, at least one that float32 can divide. */
function powerBelow(value: number): number {
  return 2 ** Math.max(-140, Math.floor(Math.log2(value)));
}

/**
 * The nearest number with a bit less than float32 has, so that steps of a unit in the last place and more, up and down, are exact.
 * A gradient is judged there.
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
