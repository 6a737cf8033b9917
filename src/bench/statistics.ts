/** The middle value, or the mean of the middle two if their number is even. NaN for no values. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The nth root of the product of n positive values. NaN for no values. */
export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

/** (largest − smallest)/median. */
export function relativeRange(values: readonly number[]): number {
  return (Math.max(...values) - Math.min(...values)) / median(values);
}
