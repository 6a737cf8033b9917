// Products of many matrices at equal distances with as many packed ones, in AssemblyScript, as text: the micro-kernels one after another.

/** A panel of all matrices after the other, at the steps of `panels.ts`. @param call the line for a panel of so many columns */
const each = (call) => `
  const whole = (<usize>k << 5) + 64;
  for (let plane = <usize>from; plane < <usize>to; ++plane) {
    const a = source + plane * sourceStep;
    let panels = packed, at = out + plane * outStep, left = columns;
    for (; left > 4; left -= 8, at += 32, panels += <usize>count * whole) {
      const b = panels + plane * whole;
      ${call('8', 'min(8, left)')}
    }
    if (left <= 0) continue;
    const b = panels + plane * ((<usize>(k * left << 2) + 79) & ~15);
    if (left == 1) { ${call('1')} }
    else if (left == 2) { ${call('2')} }
    else if (left == 3) { ${call('3')} }
    else { ${call('4', '4')} }
  }`;

export const planes = `
export function gatherPlanes(from: i32, to: i32, source: usize, sourceStep: usize, pixels: usize, pixelCount: i32, runs: usize, packed: usize, count: i32, out: usize, outStep: usize, stride: usize, columns: i32): void {
  const k = load<i32>(runs, 4);${each((name, some) =>
    some
      ? `gatherPanel${name}(0, pixelCount, a, pixels, runs, 1, b, at, 0, stride, ${some});`
      : `narrowGather${name}(0, pixelCount, a, pixels, runs, 1, k, b, at, 0, stride);`,
  )}
}

export function outerPlanes(from: i32, to: i32, source: usize, sourceStep: usize, offsets: usize, offsetCount: i32, pixels: usize, pixelCount: i32, packed: usize, count: i32, out: usize, outStep: usize, stride: usize, columns: i32, accumulate: i32): void {
  const k = pixelCount;${each((name, some) =>
    some
      ? `outerPanel${name}(0, offsetCount, a, offsets, pixels, k, b, at, stride, ${some}, accumulate);`
      : `narrowOuter${name}(0, offsetCount, a, offsets, pixels, k, b, at, stride, accumulate);`,
  )}
}
`;
