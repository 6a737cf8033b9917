/** WGSL that ends threads past the last one. */
export const guard = `if (index >= uniforms.threads) {
      return;
    }`;

/**
 * WGSL that declares the outputs whose `tap` lies inside x, as ranges of `rows` and `columns`. Their output (0, 0) reads x at (`top`,
 * `left`). It needs {@link tapRanges}.
 */
export const outputsOfTap = `
    let top = tap / uniforms.filterSize.y * uniforms.dilation.x - uniforms.pad.x;
    let left = tap % uniforms.filterSize.y * uniforms.dilation.y - uniforms.pad.y;
    let rows = stepsInside(top, uniforms.stride.x, uniforms.outSize.x, uniforms.inSize.x);
    let columns = stepsInside(left, uniforms.stride.y, uniforms.outSize.y, uniforms.inSize.y);`;

/** WGSL functions that find the taps and outputs inside an image. Integer division rounds towards zero in WGSL, so no dividend here is negative. */
export const tapRanges = `
  // The steps t in [0, count) with 0 <= start + t * step < size, as [x, y).
  fn stepsInside(start: i32, step: i32, count: i32, size: i32) -> vec2<i32> {
    let begin = max(0, step - 1 - start) / step;
    let end = max(0, size - start + step - 1) / step;
    return vec2<i32>(begin, min(count, end));
  }

  // The taps t = x, x + tapStep, ... < y through which an output in [0, size) reads the input at reach - pad. That
  // output is (reach - t * dilation) / stride.
  fn tapsReaching(reach: i32, stride: i32, dilation: i32, tapStep: i32, count: i32, size: i32) -> vec2<i32> {
    let first = max(0, reach - (size - 1) * stride + dilation - 1) / dilation;
    let end = min(count, reach / dilation + 1);
    for (var t = first; t < min(end, first + tapStep); t++) {
      if ((reach - t * dilation) % stride == 0) {
        return vec2<i32>(t, end);
      }
    }
    return vec2<i32>(0, 0);
  }
`;

/** The texts for each i below a count, joined by `between`. */
export function repeated(count: number, text: (i: number) => string, between = '\n'): string {
  return Array.from({length: count}, (_, i) => text(i)).join(between);
}
