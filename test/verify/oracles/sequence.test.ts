import * as tf from '@tensorflow/tfjs';
import {type VerifyOptions, verify} from '../../../src/verify/index.js';
import {foreignGradient, foreignKernel, memoryOf} from './foreign.js';

/** Not square, with pads and strides, and too large for every context to be tried. */
const typical = 'mb2ih5iw6ic2oc3kh3kw2sh2sw1-same';
const tiny = 'ih3iw2ic1oc2kh2kw2-p1';

async function failuresOf(options: VerifyOptions = {}): Promise<string[]> {
  const {results} = await verify({
    ...{
      backends: ['cpu'],
      problems: [typical, tiny],
      oracles: ['reference', 'sequence'],
      provenance: 'uploaded',
      diagnose: false,
    },
    ...options,
  });
  return results.flatMap(({status, oracle, pass, reason}) =>
    status === 'failed' ? [`${oracle} ${pass}: ${reason}`] : [],
  );
}

type Inputs = Record<string, tf.TensorInfo>;

/** Registers a kernel that caches results by the objects of `keyOf`. */
function cached(name: string, keyOf: (inputs: Inputs, attrs: object) => object[]): void {
  const nested = new WeakMap<object, WeakMap<object, Float32Array>>();
  foreignKernel(name, (right) => (params) => {
    const [first, second = first] = keyOf(params.inputs as Inputs, params.attrs ?? {});
    const known = nested.get(first) ?? new WeakMap<object, Float32Array>();
    nested.set(first, known);
    const result = right(params);
    const kept = known.get(second);
    if (kept?.length === memoryOf(params, result).length) memoryOf(params, result).set(kept);
    known.set(second, memoryOf(params, result).slice());
    return result;
  });
}

test.each<[string, string, (inputs: Inputs) => object[], RegExp]>([
  [
    'y by x and filter',
    'Conv2D',
    ({x, filter}) => [x!.dataId, filter!.dataId],
    /^sequence forward: right alone, and wrong after a call with the same tensors as /,
  ],
  [
    'y by filter',
    'Conv2D',
    ({filter}) => [filter!.dataId],
    /^sequence forward: right alone, and wrong after a call with another x and the same filter: /,
  ],
  [
    'dFilter by x',
    'Conv2DBackpropFilter',
    ({x}) => [x!.dataId],
    /^sequence backpropFilter: right alone, and wrong after a call with another dy and the same x: /,
  ],
  [
    'dx by dy and filter',
    'Conv2DBackpropInput',
    ({dy, filter}) => [dy!.dataId, filter!.dataId],
    /^sequence backpropInput: right alone, and wrong after a call with the same tensors as /,
  ],
])('rejects a kernel that caches %s alone', async (_, name, keyOf, reason) => {
  cached(name, keyOf);
  const failures = await failuresOf();
  expect(failures).toContainEqual(expect.stringMatching(reason));
  expect(failures.filter((failure) => !failure.startsWith('sequence'))).toEqual([]);
});

test.each(['nhwc', 'nchw'])('rejects a kernel that takes x to have the batch of its first use, %s', async (format) => {
  const batches = new WeakMap<object, number>();
  foreignKernel('Conv2D', (right) => (params) => {
    const {dataId, shape} = (params.inputs as Inputs)['x']!;
    const result = right(params);
    if ((batches.get(dataId) ?? shape[0]) !== shape[0]) memoryOf(params, result).fill(0);
    batches.set(dataId, shape[0]!);
    return result;
  });
  const problems = [`mb2ih3iw3ic2oc1kh1kw1-${format}`];
  const failures = await failuresOf({problems, passes: ['forward']});
  expect(failures.length).toBeGreaterThan(0);
  expect(failures[0]).toMatch(/^sequence forward: right alone, and wrong after a call with the same tensors as mb1/);
});

test('rejects a kernel that is wrong in a second call with the same tensors', async () => {
  const seen = new WeakSet<object>();
  foreignKernel('Conv2DBackpropFilter', (right) => (params) => {
    const {x, dy} = params.inputs as Inputs;
    const result = right(params);
    if (seen.has(x!.dataId) && seen.has(dy!.dataId)) memoryOf(params, result)[0] += 1;
    seen.add(x!.dataId).add(dy!.dataId);
    return result;
  });
  expect(await failuresOf()).toContainEqual(
    expect.stringMatching(
      /^sequence backpropFilter: right alone, and wrong at the second of two calls with the same tensors: element 0 /,
    ),
  );
});

test('rejects a fused kernel that keeps the bias of the filter', async () => {
  cached('FusedConv2D', ({x, filter}) => [x!.dataId, filter!.dataId]);
  const problems = [`${typical}-nhwc-bias-relu`];
  expect(await failuresOf({problems, passes: ['forward']})).toContainEqual(
    expect.stringMatching(/^sequence forward: right alone, and wrong after a call with another bias and the same x /),
  );
});

test('rejects a kernel that knows a filter by its sum', async () => {
  const known = new Map<string, Float32Array>();
  foreignKernel('Conv2D', (right) => (params) => {
    const filter = memoryOf(params, params.inputs['filter']!);
    const key = `${filter.length}/${filter.reduce((sum, value) => sum + value, 0).toFixed(4)}`;
    const own = filter.slice();
    known.set(key, known.get(key) ?? own);
    filter.set(known.get(key)!);
    const result = right(params);
    filter.set(own);
    return result;
  });
  expect(await failuresOf({problems: [tiny], passes: ['forward']})).toContainEqual(
    expect.stringMatching(/^sequence forward: right alone, and wrong after a call whose filter has the same values, /),
  );
});

test.each([
  ['an x that was a filter', 'Conv2D', 'forward', 'x', 'filter', 'after a call in which its x was the filter'],
  ['a filter that was x', 'Conv2D', 'forward', 'filter', 'x', 'after a call in which its filter was the x'],
  ['a dy that was x', 'Conv2DBackpropFilter', 'backpropFilter', 'dy', 'x', 'after a call in which its dy was the x'],
] as const)('rejects a kernel that mistakes %s', async (_, name, pass, input, role, what) => {
  const seen = new WeakSet<object>();
  foreignKernel(name, (right) => (params) => {
    const result = right(params);
    if (seen.has(params.inputs[input]!.dataId)) memoryOf(params, result).fill(0);
    seen.add(params.inputs[role]!.dataId);
    return result;
  });
  expect(await failuresOf({problems: [tiny], passes: [pass]})).toContainEqual(
    expect.stringMatching(new RegExp(`^sequence ${pass}: right alone, and wrong ${what}: `)),
  );
});

test('rejects a kernel that is wrong for an x which it has made itself', async () => {
  const made = new WeakSet<object>();
  foreignKernel('Conv2D', (right) => (params) => {
    const result = right(params);
    if (made.has(params.inputs['x']!.dataId)) memoryOf(params, result).fill(0);
    made.add(result.dataId);
    return result;
  });
  expect(await failuresOf({problems: [tiny], passes: ['forward']})).toContainEqual(
    expect.stringMatching(/^sequence forward: right alone, and wrong where its x is the result of an earlier call: /),
  );
});

test('rejects a kernel whose y is wrong on a tape', async () => {
  foreignKernel('Conv2D', (right) => (params) => {
    const result = right(params);
    if (tf.engine().state.gradientDepth > 0) memoryOf(params, result).fill(0);
    return result;
  });
  expect(await failuresOf({problems: [tiny], passes: ['forward']})).toContainEqual(
    expect.stringMatching(/^sequence forward: right alone, and wrong where a tape records it: /),
  );
});

test('rejects a kernel that remembers the geometry of shapes, whatever the data format', async () => {
  const formats = new Map<string, unknown>();
  foreignKernel('Conv2D', (right) => (params) => {
    const {x, filter} = params.inputs as Record<string, tf.TensorInfo>;
    const key = `${x!.shape} ${filter!.shape}`;
    const format = params.attrs!['dataFormat'];
    const result = right(params);
    if ((formats.get(key) ?? format) !== format) memoryOf(params, result).fill(0);
    formats.set(key, format);
    return result;
  });
  const problems = ['mb2ih2iw2ic2oc2kh2kw2-same'];
  expect(await failuresOf({problems, passes: ['forward']})).toContainEqual(
    expect.stringMatching(/^sequence forward: right alone, and wrong after a call with the same tensors as .*-nchw: /),
  );
});

test('rejects a gradient that takes x from the last forward call', async () => {
  let last: tf.Tensor | undefined;
  foreignKernel('Conv2D', (right) => (params) => {
    last = params.inputs['x'] as tf.Tensor;
    return right(params);
  });
  foreignGradient('Conv2D', (right) => (dy, [x, filter], attrs) => {
    const other = last && last.shape.join() === x!.shape.join() ? last : x!;
    return right(dy, [other, filter!], attrs);
  });
  expect(await failuresOf({algorithms: ['imported-gradient']})).toContainEqual(
    expect.stringMatching(
      /^sequence backpropFilter: right alone, and wrong where a second convolution of that size was recorded /,
    ),
  );
});

test('rejects a backward kernel that uses the filter of the last forward call', async () => {
  let kept: Float32Array | undefined;
  foreignKernel('Conv2D', (right) => (params) => {
    kept = memoryOf(params, params.inputs['filter']!).slice();
    return right(params);
  });
  foreignKernel('Conv2DBackpropInput', (right) => (params) => {
    const filter = memoryOf(params, params.inputs['filter']!);
    const own = filter.slice();
    if (kept?.length === filter.length) filter.set(kept);
    const result = right(params);
    filter.set(own);
    return result;
  });
  expect(await failuresOf({algorithms: ['imported']})).toContainEqual(
    expect.stringMatching(/^sequence backpropInput: /),
  );
});

test('rejects a gradient whose dX and dFilter disturb each other', async () => {
  foreignGradient('Conv2D', (right) => (dy, saved, attrs) => {
    const {x, filter} = right(dy, saved, attrs) as Record<string, () => tf.Tensor>;
    let isAsked = false;
    return {
      x: () => {
        isAsked = true;
        return x!();
      },
      filter: () => (isAsked ? tf.mul(filter!(), 2) : filter!()),
    };
  });
  expect(await failuresOf()).toContainEqual(
    expect.stringMatching(
      /^sequence backpropFilter: right alone, and wrong where the gradients by x and by filter are asked for at once: /,
    ),
  );
});

test('leaves a kernel that is wrong alone to the reference', async () => {
  foreignKernel('Conv2D', (right) => (params) => {
    const result = right(params);
    memoryOf(params, result)[0] += 1;
    return result;
  });
  const failures = await failuresOf({fills: ['reals']});
  expect(failures.length).toBe(2);
  expect(failures.every((failure) => failure.startsWith('reference'))).toBe(true);
});

test('passes a kernel that caches by tensors and attributes', async () => {
  const known = new WeakMap<object, Map<string, Float32Array>>();
  foreignKernel('Conv2D', (right) => (params) => {
    const {x, filter} = params.inputs as Record<string, tf.Tensor>;
    const kept = known.get(x!.dataId) ?? new Map<string, Float32Array>();
    known.set(x!.dataId, kept);
    const key = JSON.stringify([x!.shape, [...memoryOf(params, filter!)], params.attrs]);
    const result = right(params);
    kept.set(key, kept.get(key) ?? memoryOf(params, result).slice());
    memoryOf(params, result).set(kept.get(key)!);
    return result;
  });
  const report = await verify({
    backends: ['cpu'],
    problems: [typical, tiny],
    oracles: ['sequence', 'spelling'],
    diagnose: false,
  });
  expect(report.summary).toMatchObject({failed: 0, vacuous: 0});
  expect(report.summary.passed).toBeGreaterThan(3);
});
