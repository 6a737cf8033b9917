// Loops over outputs call these functions. In test runners, each access to a global is slow.
const {abs, max, sqrt} = Math;

/**
 * A window is nine equally spaced points on a line, k = −4 … 4, around the point where the gradient is judged. A polynomial of degree 6
 * has seven coefficients, so nine values leave residuals: the part of them that no smooth function explains.
 */
export const reach = 4;

/**
 * Weights for the slope at the middle of a window. They apply to the odd half differences a(k) = (F(k) − F(−k))/2: least squares of degree
 * 5.
 */
const fifth = [0.6710955710955711, 0.5289044289044289, -0.3219114219114219, 0.0592074592074592];
/** The same weights for degree 3. Where the two slopes differ, the window is too wide for a polynomial. */
const third = [0.21212121212121213, 0.3249158249158249, 0.23905723905723905, -0.1447811447811448];
/** Unit vectors orthogonal to k, k³, k⁵ (odd) and to k², k⁴ (even). They pick out what rounding, kinks and jumps leave. */
const oddRest = [-0.6759263694193746, 0.6759263694193746, -0.2896827297511606, 0.0482804549585268];
const evenRests = [
  [0.9813307231253147, -0.1181702637498182, -0.1436156855061658, 0.0489932188393407],
  [0, 0.7875269178839812, -0.6000205088639858, 0.1406298067649967],
];
/**
 * Weights that give the gap of a kink in the middle from both even residuals. A kink of gap 1 has b(k) = k/2. The weights are its
 * residuals, divided by the sum of their squares.
 */
const kinkRests = [2.7266, 1.8046];
/** Six standard deviations of a gap, in the same units as `noiseWeight`. */
export const gapWeight = 20;
/**
 * With this weight of the residuals, the error bar covers a kink or a jump anywhere in the window twice, even one of the largest effect.
 * The test of this file tries them all.
 */
const restWeight = 4;
/** How far rounding to the nearest float32 in each of the points may move the slope, in units in the last place. */
export const ulpWeight = 0.8;
/** Six standard deviations of the slope, in units of the median residual of windows that contain only noise. */
export const noiseWeight = 6;

/** The fit of one output in one window. All values are per step between two points. */
export interface Fit {
  slope: number;
  /** How much a bend, a kink, a jump or noise inside the window may change the slope. */
  spread: number;
  /** The residual alone. It is the size of the noise where there is neither a kink nor truncation. */
  rest: number;
  /** How much steeper the slope is on the upper side than on the lower one, assuming that a kink in the middle causes the even residual. */
  gap: number;
}

/** Fits one output. @param fit is overwritten, since this function runs for every output */
export function fitWindow(middle: number, plus: readonly number[], minus: readonly number[], fit: Fit): void {
  let [slope, lower, odd, even, other] = [0, 0, 0, 0, 0];
  for (let k = 0; k < reach; k++) {
    const a = (plus[k] - minus[k]) / 2;
    const b = (plus[k] - middle + (minus[k] - middle)) / 2;
    slope += fifth[k] * a;
    lower += third[k] * a;
    odd += oddRest[k] * a;
    even += evenRests[0][k] * b;
    other += evenRests[1][k] * b;
  }
  fit.slope = slope;
  fit.rest = max(abs(odd), sqrt(even * even + other * other));
  fit.gap = kinkRests[0] * even + kinkRests[1] * other;
  fit.spread = abs(slope - lower) + restWeight * (abs(odd) + sqrt(even * even + other * other));
}
