import fc from 'fast-check';
import type {Conv2DInfo} from '../../src/geometry/conv2dInfo.js';
import {fitsIndexRange, fitToIndexRange, maxInt32} from '../../src/geometry/indexRange.js';
import {parseProblem, problemInfo} from '../../src/geometry/problem.js';

const infoOf = (problem: string) => problemInfo(parseProblem(problem));

/** Which pixel each tap of each output reads along the height, by the definition. */
function reads({inHeight, outHeight, filterHeight, strideHeight, dilationHeight, padTop}: Conv2DInfo): string[] {
  const found: string[] = [];
  for (let o = 0; o < outHeight; o++) {
    for (let i = 0; i < filterHeight; i++) {
      const pixel = o * strideHeight - padTop + i * dilationHeight;
      if (pixel >= 0 && pixel < inHeight) found.push(`${o},${i}: ${pixel}`);
    }
  }
  return found;
}

const plain = infoOf('ih1iw1ic1oc1kh1kw1');

it('keeps a geometry that fits the index range', () => {
  const info = infoOf('ih5iw6ic3oc4kh3kw3sh1000000dh1000000-same');
  expect(fitToIndexRange(info, maxInt32)).toBe(info);
});

it.each([
  'ih1iw1ic1oc1kh1kw1sh2147483647sw2147483647',
  'ih4iw5ic2oc3kh1kw1sh9000000000sw9000000000-same',
  'ih4iw5ic2oc3kh3kw2dh9000000000dw9000000000-same',
  'ih5iw5ic2oc3kh4kw5dh1000000000dw2000000000-same',
  'ih3iw4ic2oc3kh2kw3sh1000000000sw1000000000-same',
  'ih1iw1ic1oc1kh1kw1sh2147483647sw2147483647-p1000000000',
])('finds smaller steps that read the same pixels for %s', (problem) => {
  const fitted = fitToIndexRange(infoOf(problem), 1000) as Conv2DInfo;
  expect(fitsIndexRange(fitted, 1000)).toBe(true);
  expect(reads(fitted)).toEqual(reads(infoOf(problem)));
});

it('names the limit if far steps reach into the image', () => {
  expect(
    fitToIndexRange(infoOf('ih5iw7ic2oc3kh3kw3sh1000000000sw1dh500000000dw1-pt1000000000pb1000000003pl1pr1'), maxInt32),
  ).toBe('stride, dilation and padding reach 12500000005 rows or columns, but it counts only up to 2147483647');
});

it('never changes which pixels are read', () => {
  const small = fc.integer({min: 1, max: 6});
  const far = fc.oneof(small, fc.integer({min: 1, max: 2 ** 40}), fc.integer({min: 2 ** 31 - 9, max: 2 ** 31 + 9}));
  let changed = 0;
  fc.assert(
    fc.property(
      fc.record({inHeight: small, outHeight: small, filterHeight: small, strideHeight: far, dilationHeight: far}),
      fc.oneof(fc.constant(0), far),
      fc.nat(5),
      fc.nat(5),
      (axis, extra, o, i) => {
        // Choose pads so that some tap often reads the image.
        const padTop = extra % 2 === 0 ? extra : o * axis.strideHeight + i * axis.dilationHeight - (o % axis.inHeight);
        const info: Conv2DInfo = {...plain, ...axis, padTop: Math.max(0, padTop)};
        const fitted = fitToIndexRange(info, maxInt32);
        if (typeof fitted === 'string') return;
        if (fitted !== info) changed++;
        expect(fitsIndexRange(fitted, maxInt32)).toBe(true);
        expect(Math.min(fitted.padTop, fitted.strideHeight, fitted.dilationHeight)).toBeGreaterThanOrEqual(0);
        expect(reads(fitted)).toEqual(reads(info));
      },
    ),
    {numRuns: 5000, seed: 1},
  );
  expect(changed).toBeGreaterThan(500);
});
