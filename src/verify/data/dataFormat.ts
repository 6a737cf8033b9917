type Shape = readonly [number, number, number, number];

/** Reorders values from NHWC to NCHW. It uses plain loops, because the data of a check must not pass through the code under test. */
export function toNCHW(values: Float32Array, [n, h, w, c]: Shape): Float32Array {
  const moved = new Float32Array(values.length);
  let from = 0;
  for (let i = 0; i < n; i++) {
    for (let pixel = 0; pixel < h * w; pixel++) {
      for (let channel = 0; channel < c; channel++) moved[(i * c + channel) * h * w + pixel] = values[from++];
    }
  }
  return moved;
}

/** Reorders values from NCHW to NHWC. The given shape is the NHWC one. */
export function toNHWC(values: Float32Array, [n, h, w, c]: Shape): Float32Array {
  const moved = new Float32Array(values.length);
  let to = 0;
  for (let i = 0; i < n; i++) {
    for (let pixel = 0; pixel < h * w; pixel++) {
      for (let channel = 0; channel < c; channel++) moved[to++] = values[(i * c + channel) * h * w + pixel];
    }
  }
  return moved;
}
