import {readFlags} from '../../src/cli/verifyFlags.js';

test.each([
  [{backend: 'tpu'}, "verify: unknown backend 'tpu'; use cpu, wasm, webgl, webgpu."],
  [
    {backend: 'tensorflow'},
    "backend 'tensorflow' is not available: convgrad has no kernels for it yet; use cpu, wasm, webgl, webgpu.",
  ],
  [{backend: 'cpu,'}, "verify: unknown backend ''; use cpu, wasm, webgl, webgpu."],
  [
    {algorithm: 'magic'},
    "verify: unknown algorithm 'magic'; use implicitGemm, im2col, winograd, winograd4, fft, transposed, depthwise, direct, packed2x2, channelPackedDirect, channelPacked, imported, imported-gradient.",
  ],
  [
    {algorithm: 'imported'},
    "--algorithm: 'imported' stands for what a module registers; name the module with --import FILE.",
  ],
  [{pass: 'sideways'}, "verify: unknown pass 'sideways'; use forward, backpropInput, backpropFilter."],
  [{fill: 'zeros'}, "verify: unknown fill 'zeros'; use integers, reals."],
  [{cases: 0}, 'verify: cases must be a whole number ≥ 1; got 0.'],
  [{cases: -3}, 'verify: cases must be a whole number ≥ 1; got -3.'],
  [{cases: 2.5}, 'verify: cases must be a whole number ≥ 1; got 2.5.'],
  [{cases: 'many'}, 'verify: cases must be a whole number ≥ 1; got many.'],
  [{oracle: 'delphi'}, "verify: unknown oracle 'delphi'; use reference, builtin"],
  [{timeBudget: 'soon'}, 'verify: timeBudget must be a number of seconds above 0; got soon.'],
  [{timeBudget: -1}, 'verify: timeBudget must be a number of seconds above 0; got -1.'],
  [{seed: 'x'}, 'verify: seed must be a whole number ≥ 0; got x.'],
  [{seed: '-5'}, 'verify: seed must be a whole number ≥ 0; got -5.'],
  [
    {problem: 'ih100000iw100000ic100oc1kh1kw1'},
    '[1,100000,100000,100] has 1000000000000 elements, more than the 2147483647 that one tensor holds',
  ],
  [
    {problem: 'ih4000iw4000ic64oc64kh3kw3'},
    'takes 1.2e+12 operations and a tensor of 1024000000 elements; the limits are 2.0e+10',
  ],
  [{json: ['a', 'b']}, '--json: is given 2 times; give it once.'],
  [{html: ''}, '--html: needs a value.'],
  [{problem: 'xyz'}, "problem: 'xyz' does not begin with sizes such as ih7iw5"],
  [{problem: ['ih3iw3ic1oc1kh1kw1', 'ih3iw3ic1oc1kh5kw5']}, 'the filter covers 5 along the height'],
])('refuses %j', (flags, message) => {
  expect(() => readFlags(flags)).toThrow(message);
});

test('no flags select every backend, without naming any', () => {
  expect(readFlags({})).toMatchObject({
    named: false,
    color: true,
    options: {backends: ['cpu', 'wasm', 'webgl', 'webgpu'], bail: false},
  });
});

test('list flags take commas and repetition', () => {
  expect(readFlags({backend: ['webgl', 'cpu,webgl'], pass: 'forward,backpropInput'})).toMatchObject({
    named: true,
    options: {backends: ['webgl', 'cpu'], passes: ['forward', 'backpropInput']},
  });
});
