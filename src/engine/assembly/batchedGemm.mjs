// Products of many matrices at equal distances with as many packed matrices. AssemblyScript as text; it runs the micro-kernels
// one after another.

/** Runs over the panels of each matrix, at the steps of `panels.ts`. @param call returns the line for a panel of so many columns */
const each = (call) => `
  const whole = (<usize>k << 5) + 64;
  for (let index = <usize>from; index < <usize>to; ++index) {
    const a = source + index * sourceStep;
    let panels = packed, at = out + index * outStep, left = columns;
    for (; left > 4; left -= 8, at += 32, panels += <usize>count * whole) {
      const b = panels + index * whole;
      ${call('8', 'min(8, left)')}
    }
    if (left <= 0) continue;
    const b = panels + index * ((<usize>(k * left << 2) + 79) & ~15);
    if (left == 1) { ${call('1')} }
    else if (left == 2) { ${call('2')} }
    else if (left == 3) { ${call('3')} }
    else { ${call('4', '4')} }
  }`;

export const batchedGemm = `
export function batchedGemm(from: i32, to: i32, source: usize, sourceStep: usize, pixelOffsets: usize, pixelCount: i32, segments: usize, packed: usize, count: i32, out: usize, outStep: usize, stride: usize, columns: i32): void {
  const k = load<i32>(segments, 4);${each((name, some) =>
    some
      ? `igemmPanel${name}(0, pixelCount, a, pixelOffsets, segments, 1, b, at, 0, stride, ${some});`
      : `narrowIgemm${name}(0, pixelCount, a, pixelOffsets, segments, 1, k, b, at, 0, stride);`,
  )}
}

export function batchedGemmTransposed(from: i32, to: i32, source: usize, sourceStep: usize, rowOffsets: usize, rowCount: i32, pixelOffsets: usize, pixelCount: i32, packed: usize, count: i32, out: usize, outStep: usize, stride: usize, columns: i32, accumulate: i32): void {
  const k = pixelCount;${each((name, some) =>
    some
      ? `igemmTransposedPanel${name}(0, rowCount, a, rowOffsets, pixelOffsets, k, b, at, stride, ${some}, accumulate);`
      : `narrowIgemmTransposed${name}(0, rowCount, a, rowOffsets, pixelOffsets, k, b, at, stride, accumulate);`,
  )}
}
`;
