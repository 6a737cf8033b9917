import {type Conv2DRequest, conv2dInfo} from '../../src/geometry/conv2dInfo.js';
import {flopsOf, hasZeroSize, shapeOf, userShapeOf} from '../../src/geometry/pass.js';

const request = (overrides: Partial<Conv2DRequest> = {}): Conv2DRequest => ({
  xShape: [2, 7, 5, 3],
  filterShape: [3, 3, 3, 4],
  strides: 1,
  pad: 'valid',
  ...overrides,
});

function out(overrides: Partial<Conv2DRequest>): number[] {
  const {outHeight, outWidth, padTop, padLeft} = conv2dInfo('conv2d', request(overrides));
  return [outHeight, outWidth, padTop, padLeft];
}

test('a depthwise filter multiplies the channel count', () => {
  expect(conv2dInfo('conv2d', request())).toMatchObject({kind: 'dense', inChannels: 3, outChannels: 4});
  const info = conv2dInfo('depthwiseConv2d', request({kind: 'depthwise'}));
  expect(info).toMatchObject({kind: 'depthwise', inChannels: 3, outChannels: 12});
  expect(shapeOf(info, 'dFilter')).toEqual([3, 3, 3, 4]);
  expect(shapeOf(info, 'dy')).toEqual([2, 5, 3, 12]);
  expect(flopsOf(info)).toBe(2 * (2 * 5 * 3) * (3 * 3) * 12);
});

describe('output size and padding', () => {
  it.each<[string, Partial<Conv2DRequest>, number[]]>([
    ['valid', {}, [5, 3, 0, 0]],
    ['valid with a stride remainder', {strides: [3, 2]}, [2, 2, 0, 0]],
    ['same keeps the size at stride 1', {pad: 'same'}, [7, 5, 1, 1]],
    ['same divides it by the stride, odd zero behind', {pad: 'same', strides: 2, xShape: [1, 8, 6, 3]}, [4, 3, 0, 0]],
    ['same where stride exceeds the kernel', {pad: 'same', strides: 4}, [2, 2, 0, 1]],
    ['same counts the dilated span', {pad: 'same', dilations: [2, 1]}, [7, 5, 2, 1]],
    ['dilation per axis', {dilations: [3, 2]}, [1, 1, 0, 0]],
    ['stride and dilation together', {strides: 2, dilations: [1, 2], pad: 2}, [5, 3, 2, 2]],
    ['a numeric pad on both axes', {pad: 1}, [7, 5, 1, 1]],
    [
      'explicit pads',
      {
        pad: [
          [0, 0],
          [2, 0],
          [0, 1],
          [0, 0],
        ],
      },
      [7, 4, 2, 0],
    ],
  ])('%s', (_name, overrides, expected) => {
    expect(out(overrides)).toEqual(expected);
  });

  it('takes each axis on its own under a numeric pad, unlike tfjs (issue 649)', () => {
    expect(out({xShape: [1, 5, 5, 1], filterShape: [3, 1, 1, 1], pad: 1})).toEqual([5, 7, 1, 1]);
    expect(out({xShape: [1, 5, 5, 1], filterShape: [3, 3, 1, 1], pad: 1, strides: [1, 2]})).toEqual([5, 3, 1, 1]);
  });

  it.each([
    ['floor', 2],
    [undefined, 2],
    ['round', 3],
    ['ceil', 3],
  ] as const)('rounds (6 − 3)/2 + 1 with %s to %d', (dimRoundingMode, expected) => {
    expect(out({xShape: [1, 6, 6, 3], pad: 0, strides: 2, dimRoundingMode})[0]).toBe(expected);
  });

  it('reads shapes and pads in NCHW order', () => {
    const pad: Conv2DRequest['pad'] = [
      [0, 0],
      [0, 0],
      [1, 0],
      [0, 2],
    ];
    const info = conv2dInfo('conv2d', request({xShape: [2, 3, 7, 5], dataFormat: 'NCHW', pad}));
    expect(info).toMatchObject({
      batch: 2,
      inChannels: 3,
      inHeight: 7,
      inWidth: 5,
      outHeight: 6,
      outWidth: 5,
      padTop: 1,
      padLeft: 0,
    });
  });

  it('allows an empty batch', () => {
    expect(conv2dInfo('conv2d', request({xShape: [0, 7, 5, 3]})).batch).toBe(0);
  });

  it.each<[string, Partial<Conv2DRequest>, number[]]>([
    ['no rows', {xShape: [2, 0, 5, 3], pad: 'same'}, [2, 0, 5, 4]],
    ['padding around no rows', {xShape: [2, 0, 5, 3], pad: 2}, [2, 2, 7, 4]],
    ['no channels', {xShape: [2, 7, 5, 0], filterShape: [3, 3, 0, 4], pad: 'same'}, [2, 7, 5, 4]],
    ['no filters', {filterShape: [3, 3, 3, 0], pad: 'same'}, [2, 7, 5, 0]],
    ['filters without rows', {filterShape: [0, 3, 3, 4], pad: 'valid'}, [2, 8, 3, 4]],
    [
      'no depthwise channels',
      {kind: 'depthwise', xShape: [2, 7, 5, 0], filterShape: [3, 3, 0, 4], pad: 'same'},
      [2, 7, 5, 0],
    ],
  ])('allows sizes of 0: %s', (_name, settings, shape) => {
    const info = conv2dInfo('conv2d', request({strides: 1, dilations: 1, ...settings}));
    expect(userShapeOf(info, 'y')).toEqual(shape);
    expect(hasZeroSize(info)).toBe(true);
  });

  it('uses the tensor names of the caller in errors', () => {
    const names = {x: 'outputShape', y: 'x'};
    expect(() => conv2dInfo('conv2dTranspose', request({xShape: [1, -1, 5, 3]}), names)).toThrow(
      'conv2dTranspose: outputShape [1,-1,5,3] has the size -1',
    );
  });
});

describe('refusals name the function and the numbers', () => {
  it.each<[string, Partial<Record<keyof Conv2DRequest, unknown>>, RegExp]>([
    ['rank of x', {xShape: [7, 5, 3]}, /x must have rank 4, \[batch, height, width, channels\]; got rank 3: \[7,5,3\]/],
    ['rank of filter', {filterShape: [3, 3, 3]}, /filter must have rank 4.*got rank 3/],
    ['missing shape', {xShape: undefined}, /x must have rank 4.*undefined/],
    ['NaN size', {xShape: [1, Number.NaN, 5, 3]}, /size NaN; sizes are whole numbers/],
    ['fractional size', {filterShape: [3, 2.5, 3, 4]}, /size 2\.5/],
    ['negative size', {xShape: [1, -1, 5, 3]}, /size -1/],
    ['a filter beyond no rows', {xShape: [1, 0, 5, 3], pad: 'valid'}, /covers 3 along the height, more than input 0/],
    ['channels', {filterShape: [3, 3, 2, 4]}, /x \[2,7,5,3\] \(NHWC\) has 3 channels but filter \[3,3,2,4\] expects 2/],
    ['stride 0', {strides: 0}, /strides must be a whole number ≥ 1.*got 0/],
    ['fractional stride', {strides: [1, 1.5]}, /strides.*got \[1,1\.5\]/],
    ['NaN stride', {strides: Number.NaN}, /strides.*got NaN/],
    ['three strides', {strides: [1, 1, 1]}, /strides.*got \[1,1,1\]/],
    ['missing strides', {strides: undefined}, /strides.*got undefined/],
    ['dilation -1', {dilations: [1, -1]}, /dilations.*got \[1,-1\]/],
    ['unknown format', {dataFormat: 'NWHC'}, /unknown dataFormat "NWHC"; use 'NHWC' or 'NCHW'/],
    ['unknown kind', {kind: 'grouped'}, /unknown kind "grouped"; use 'dense' or 'depthwise'/],
    ['unknown mode', {dimRoundingMode: 'up', pad: 1}, /unknown dimRoundingMode "up"; use 'floor', 'round' or 'ceil'/],
    [
      'a mode without a numeric pad',
      {dimRoundingMode: 'ceil', pad: 'same'},
      /'ceil' needs a numeric or explicit pad, got 'same'/,
    ],
    ['unknown pad', {pad: 'SAME'}, /pad must be 'same', 'valid'.*got "SAME"/],
    ['negative pad', {pad: -1}, /pad must be a whole number ≥ 0; got -1/],
    ['fractional pad', {pad: 0.5}, /pad must be a whole number ≥ 0; got 0\.5/],
    ['malformed pads', {pad: [[1, 1]]}, /got \[\[1,1\]\]/],
    [
      'negative explicit pad',
      {
        pad: [
          [0, 0],
          [1, -1],
          [0, 0],
          [0, 0],
        ],
      },
      /got \[\[0,0\],\[1,-1\]/,
    ],
    [
      'padded channels',
      {
        pad: [
          [0, 0],
          [1, 1],
          [1, 1],
          [1, 0],
        ],
      },
      /pads the batch or the channels/,
    ],
    [
      'oversized filter',
      {filterShape: [8, 3, 3, 4]},
      /covers 8 along the height, more than input 7 \+ padding 0 \+ 0 = 7/,
    ],
    [
      'oversized dilation',
      {dilations: [1, 4], pad: 1},
      /\(3 − 1\)·4 \+ 1 = 9 along the width, more than input 5 \+ padding 1 \+ 1 = 7/,
    ],
    [
      'oversized filter under ceil',
      {filterShape: [9, 1, 3, 4], pad: 0, dimRoundingMode: 'ceil', strides: 4},
      /covers 9/,
    ],
  ])('%s', (_name, overrides, message) => {
    const bad = {...request(), ...overrides} as Conv2DRequest;
    expect(() => conv2dInfo('someFunction', bad)).toThrow(message);
    expect(() => conv2dInfo('someFunction', bad)).toThrow(/^someFunction: /);
  });
});
