import * as tf from '@tensorflow/tfjs';
import {importBackend, packageAdvice, packageForPage} from '../../src/cli/importBackend.js';

test('wasm is loaded from its package', async () => {
  const before = tf.findBackendFactory('wasm');
  expect(before).toBeNull();
  expect(await importBackend('wasm')).toBe(true);
  expect(tf.findBackendFactory('wasm')).not.toBeNull();
});

test('webgl has no package to load', async () => {
  expect(await importBackend('webgl')).toBe(false);
  expect(packageAdvice('webgl')).toBeUndefined();
});

test('webgpu is not loaded in Node and names the package for a page', async () => {
  expect(await importBackend('webgpu')).toBe(false);
  expect(packageAdvice('webgpu')).toBeUndefined();
  expect([packageForPage('webgpu'), packageForPage('webgl')]).toEqual(['@tensorflow/tfjs-backend-webgpu', undefined]);
});

describe('a package that is not installed', () => {
  const missing = () => {
    throw Object.assign(new Error('nothing there'), {code: 'MODULE_NOT_FOUND'});
  };
  beforeEach(() => jest.resetModules());
  afterEach(() => jest.dontMock('@tensorflow/tfjs-backend-wasm'));

  test('is missing after a search in the working directory too', async () => {
    jest.doMock('@tensorflow/tfjs-backend-wasm', missing);
    const before = process.cwd();
    process.chdir('/');
    try {
      expect(await importBackend('wasm')).toBe(false);
    } finally {
      process.chdir(before);
    }
    expect(packageAdvice('wasm')).toMatch(/npm install @tensorflow\/tfjs-backend-wasm/);
  });

  test('differs from one that is installed and throws', async () => {
    jest.doMock('@tensorflow/tfjs-backend-wasm', () => {
      throw new Error('broken');
    });
    await expect(importBackend('wasm')).rejects.toThrow('broken');
  });
});
