/**
 * WGSL of `loadPixel(row, w, c)`: four channels from c on of the input's pixel w, in the row whose first pixel is `row`. It returns zeros
 * left and right of the row.
 */
export function loadPixel(input: string): string {
  return `
  fn loadPixel(row: i32, w: i32, c: i32) -> vec4<f32> {
    let inside = u32(w) < u32(uniforms.inSize.y);
    return select(vec4<f32>(), ${input}[select(0, ((row + w) * uniforms.channels.x + c) >> 2u, inside)], inside);
  }
`;
}
