import {configureEngine, engine, resetEngine, setParallelThreshold} from '../../src/engine/index.js';

afterEach(resetEngine);

test('resetEngine() restores the parallel threshold too', () => {
  const threads = () => {
    configureEngine('test', {engine: 'simd', threads: 3});
    return engine().threadsFor(1);
  };
  expect(threads()).toBe(1);
  setParallelThreshold(0);
  expect(threads()).toBe(3);
  resetEngine();
  expect(threads()).toBe(1);
});
