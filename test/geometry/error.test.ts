import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import * as tf from '@tensorflow/tfjs';
import {conv2dBackward, defineAlgorithm, depthwiseConv2d, install, uninstall} from 'tfjs-convgrad';
import type {Engine} from '../../src/engine/engine.js';
import {ConvgradError, nameCaller} from '../../src/geometry/error.js';

test('an error without a caller is named by the function at the top, and keeps what it came from', () => {
  const below = new ConvgradError(undefined, 'no room; use less.');
  expect(below.message).toBe('no room; use less.');
  const named = nameCaller(below, 'conv2d') as ConvgradError;
  expect([named.message, named.cause]).toEqual(['conv2d: no room; use less.', below]);
  expect(nameCaller(named, 'conv2d')).toBe(named);
  expect(nameCaller(named, 'bench')).toHaveProperty('message', 'bench: no room; use less.');
  const other = new TypeError('a defect');
  expect(nameCaller(other, 'conv2d')).toBe(other);
});

test('a refusal of the engine names the function that the user called', async () => {
  await tf.setBackend('cpu');
  const needy = (_info: unknown, _a: unknown, _b: unknown, _out: unknown, {memory}: Engine) =>
    memory.withArena(2 ** 45, () => {});
  const undo = defineAlgorithm({
    name: 'needy',
    ...{supports: () => true, forward: needy, backpropInput: needy, backpropFilter: needy},
  });
  install({algorithm: 'needy'});
  try {
    const [x, filter] = [tf.ones<tf.Rank.R4>([1, 3, 3, 1]), tf.ones<tf.Rank.R4>([2, 2, 1, 1])];
    const dy = tf.ones<tf.Rank.R4>([1, 2, 2, 1]);
    const refused = (name: string) => new RegExp(`^${name}: the arithmetic needs 35184372088832 bytes`);
    expect(() => tf.conv2d(x, filter, 1, 'valid')).toThrow(refused('conv2d'));
    expect(() => tf.depthwiseConv2d(x, filter, 1, 'valid')).toThrow(refused('depthwiseConv2d'));
    expect(() => tf.fused.depthwiseConv2d({x, filter, strides: 1, pad: 'valid'})).toThrow(
      refused('fused.depthwiseConv2d'),
    );
    expect(() => depthwiseConv2d(x, filter, 1, 'valid')).toThrow(refused('depthwiseConv2d'));
    expect(() => conv2dBackward({x, filter, dy, strides: 1, pad: 'valid'})).toThrow(refused('conv2dBackward'));
    expect(() => tf.conv2dTranspose(dy, filter, [1, 3, 3, 1], 1, 'valid')).toThrow(refused('conv2dTranspose'));
  } finally {
    undo();
    uninstall();
  }
});

test('no code below the plugin names a caller that it cannot know', () => {
  const files = ['engine', 'algorithms', 'backends'].flatMap((folder) =>
    readdirSync(join('src', folder), {recursive: true, encoding: 'utf8'}).map((file) => join('src', folder, file)),
  );
  const fixed = files
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/new ConvgradError\(\s*'([^']+)'/g)].map(([, name]) => name),
    );
  // defineAlgorithm is the caller. The heap's guard also refuses tensors of tfjs's own functions.
  expect([...new Set(fixed)].sort()).toEqual(['defineAlgorithm', 'wasm backend']);
});
