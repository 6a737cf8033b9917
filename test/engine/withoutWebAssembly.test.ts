import {availableEngines, engine} from '../../src/engine/index.js';

test('where a policy forbids WebAssembly, plain JavaScript computes', () => {
  const {Module} = WebAssembly;
  (WebAssembly as {Module: unknown}).Module = class {
    constructor() {
      throw new WebAssembly.CompileError('blocked by the content security policy');
    }
  };
  try {
    expect(availableEngines()).toEqual(['js']);
    expect(engine().name).toBe('js');
  } finally {
    (WebAssembly as {Module: unknown}).Module = Module;
  }
});
