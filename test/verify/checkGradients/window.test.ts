import {type Fit, fitWindow, reach} from '../../../src/verify/checkGradients/window.js';

function fitOf(f: (t: number) => number): Fit {
  const fit: Fit = {slope: 0, spread: 0, rest: 0, gap: 0};
  const ks = Array.from({length: reach}, (_, k) => k + 1);
  fitWindow(
    f(0),
    ks.map((k) => f(k)),
    ks.map((k) => f(-k)),
    fit,
  );
  return fit;
}

it('gives the exact slope of a polynomial', () => {
  const {slope, rest} = fitOf((t) => 3 + 2 * t - t ** 2 + t ** 3 / 4 - t ** 4 / 8 + t ** 5 / 16);
  expect(slope).toBeCloseTo(2, 10);
  expect(rest).toBeLessThan(1e-10);
});

const places = Array.from({length: 2000}, (_, i) => -4.2 + 0.0042 * i);

it('bounds the error of the slope for a kink anywhere in the window', () => {
  for (const place of places) {
    const {slope, spread} = fitOf((t) => Math.max(0, t - place));
    expect(Math.abs(slope - (place > 0 ? 0 : 1))).toBeLessThan(spread / 2 + 1e-9);
  }
});

it('bounds the error of the slope for a jump anywhere in the window', () => {
  for (const place of places) {
    const {slope, spread} = fitOf((t) => (t > place ? 1 : 0));
    expect(Math.abs(slope)).toBeLessThan(spread / 2 + 1e-9);
  }
});

it('measures the jump of the slope at a kink in the middle', () => {
  expect(fitOf((t) => 3 * Math.max(0, t) + t ** 2 - t ** 4).gap).toBeCloseTo(3, 3);
});
