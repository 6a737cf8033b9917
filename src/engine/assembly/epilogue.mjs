/**
 * out[p, j] ← activation(out[p, j] + bias[j]). Without bias its address is 0. The number of an activation is its index in `forms`, the
 * expressions of `geometry/activations.ts`.
 */
export const epilogue = (forms) => `
/** Multiplies in double, as JavaScript does. */
function scaled(value: v128, alpha: f64): v128 {
  const low = f32x4.demote_f64x2_zero(f64x2.mul(f64x2.promote_low_f32x4(value), f64x2.splat(alpha)));
  const high = f32x4.demote_f64x2_zero(f64x2.mul(f64x2.promote_low_f32x4(v128.shuffle<f32>(value, value, 2, 3, 2, 3)), f64x2.splat(alpha)));
  return v128.shuffle<f32>(low, high, 0, 1, 4, 5);
}

function activate(value: v128, kind: i32, slopes: usize, alpha: f64): v128 {
  const zero = f32x4.splat(0);
  ${forms.map((form, kind) => `if (kind == ${kind}) return ${form};`).join('\n  ')}
  return value;
}

export function applyEpilogue(out: usize, count: i32, n: i32, bias: usize, kind: i32, slopes: usize, alpha: f64): void {
  for (let p = 0; p < count; ++p) {
    let b = bias, a = slopes, j = 0;
    for (; j + 4 <= n; j += 4, out += 16, b += 16, a += 16) {
      let value = v128.load(out);
      if (bias) value = f32x4.add(value, v128.load(b));
      v128.store(out, activate(value, kind, a, alpha));
    }
    for (; j < n; ++j, out += 4, b += 4, a += 4) {
      let value = v128.load32_zero(out);
      if (bias) value = f32x4.add(value, v128.load32_zero(b));
      store<f32>(out, f32x4.extract_lane(activate(value, kind, a, alpha), 0));
    }
  }
}
`;
