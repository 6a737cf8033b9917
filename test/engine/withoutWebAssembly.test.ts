import {availableEngines, engine} from '../../src/engine/index.js';

test('the JavaScript engine serves where a policy forbids WebAssembly', () => {
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
