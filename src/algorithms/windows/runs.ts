/**
 * Stretches of memory, each of as many floats, as pairs of place in bytes and length in floats; those that follow on one another are one.
 * @param places in bytes
 */
export function runsOf(places: readonly number[], length: number): number[] {
  const runs: number[] = [];
  let end = Number.NaN;
  for (const place of places) {
    if (place === end) runs[runs.length - 1] += length;
    else runs.push(place, length);
    end = place + 4 * length;
  }
  return runs;
}
