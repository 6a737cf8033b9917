import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {install, uninstall} from 'tfjs-convgrad';
import type {Conv2DRequest} from '../../src/geometry/conv2dInfo.js';
import {resolveGeometry} from '../../src/plugin/geometryCache.js';

const request = (more: Partial<Conv2DRequest> = {}): Conv2DRequest => ({
  ...{kind: 'dense', xShape: [1, 8, 8, 2], filterShape: [3, 3, 2, 4], strides: [1, 1], pad: 'same'},
  ...{dataFormat: 'NHWC', dilations: [1, 1], dimRoundingMode: undefined, ...more},
});

test('equal requests resolve to the same geometry, whatever their arrays', () => {
  const info = resolveGeometry('test', request());
  expect(resolveGeometry('test', request())).toBe(info);
  const others = [
    {strides: [2, 1]},
    {pad: 'valid'},
    {dilations: 2},
    {dataFormat: 'NCHW', xShape: [1, 2, 8, 8]},
  ] as const;
  for (const other of others) expect(resolveGeometry('test', request(other))).not.toBe(info);
  expect(resolveGeometry('test', request())).toBe(info);
});

test('an array that the caller changes is read again', () => {
  const [strides, pad] = [[1, 1], [[0, 0], [1, 1], [1, 1], [0, 0]]]; // biome-ignore format: one line
  const asked = () => resolveGeometry('test', request({strides: strides as number[], pad: pad as never}));
  expect(asked()).toMatchObject({outHeight: 8, outWidth: 8, padTop: 1});
  strides[0] = 2;
  expect(asked()).toMatchObject({outHeight: 4, outWidth: 8, padTop: 1});
  (pad[1] as number[])[0] = 3;
  expect(asked()).toMatchObject({outHeight: 5, outWidth: 8, padTop: 3});
});

test('arrays may be proxies', () => {
  const strides = new Proxy([2, 1], {});
  expect(resolveGeometry('test', request({strides}))).toMatchObject({outHeight: 4, outWidth: 8});
});

describe.each(['cpu', 'wasm'])('on %s', (backend) => {
  beforeAll(() => tf.setBackend(backend));
  afterEach(uninstall);

  const ones = (...shape: [number, number, number, number]) => tf.ones<tf.Rank.R4>(shape);
  const sums = () =>
    tf.tidy(() => {
      const strides: [number, number] = [1, 1];
      const total = (y: tf.Tensor) => y.sum().dataSync()[0];
      const first = [ones(1, 4, 4, 2), ones(2, 2, 2, 3)] as const;
      const second = [ones(1, 4, 3, 2), ones(2, 2, 2, 3)] as const;
      const all: (number | undefined)[] = [];
      for (let i = 0; i < 3; i++) {
        all.push(total(tf.conv2d(...first, strides, 'valid')), total(tf.conv2d(...second, strides, 'valid')));
        strides[0] = 2;
        all.push(total(tf.conv2d(...first, strides, 'valid')), total(tf.conv2d(...first, strides, 'same')));
        strides[0] = 1;
        all.push(total(tf.depthwiseConv2d(...first, 1, 'valid')), total(tf.depthwiseConv2d(...second, 1, 'valid')));
        for (const activation of ['linear', 'relu6', 'relu'] as const)
          all.push(total(tf.fused.conv2d({x: first[0], filter: first[1], strides: 1, pad: 'valid', activation})));
      }
      return all;
    });
  const once = [216, 144, 144, 168, 216, 144, 216, 162, 216]; // relu6 cuts 8 to 6

  it('alternating calls with different shapes, attributes and kinds are each right', () => {
    const algorithms = ['auto', 'direct', 'builtin'];
    for (const algorithm of [...algorithms, ...algorithms]) {
      install({algorithm});
      expect(sums()).toEqual([...once, ...once, ...once]);
      if (algorithm === 'direct') uninstall();
    }
  });
});
