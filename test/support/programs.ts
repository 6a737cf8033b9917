import type * as tfjs from '@tensorflow/tfjs';

type Tf = Omit<typeof tfjs, 'default'>;
type Shape = [number, number, number, number];

/** A program of tfjs that its cpu backend runs without convgrad. */
export type Program = (tf: Tf) => tfjs.Tensor[];

/** Whole numbers, some of them negative. */
export function integers(tf: Tf, shape: number[], seed: number, dtype: 'float32' | 'int32' = 'float32') {
  const size = shape.reduce((product, side) => product * side, 1);
  const values = Array.from({length: size}, (_, i) => ((i * 7 + seed * 5 + (i >> 2)) % 9) - 4);
  return tf.tensor(values, shape, dtype);
}

const attributes = {strides: 1, pad: 'same', dataFormat: 'NHWC', dilations: 1};
const run = (tf: Tf, name: string, inputs: object, attrs: object = {}) =>
  tf.engine().runKernel(name, inputs as never, {...attributes, ...attrs} as never) as tfjs.Tensor;

const kernels = {
  Conv2D: {op: 'conv2d', filter: [2, 3, 3, 4], channels: 4},
  DepthwiseConv2D: {op: 'depthwiseConv2d', filter: [2, 3, 3, 2], channels: 6},
} as const;
type Kernel = keyof typeof kernels;

/** Fused convolutions with every activation, with and without bias, and with slopes, which prelu alone reads. */
const fused = (['Conv2D', 'DepthwiseConv2D'] as const).flatMap((kernel) =>
  ['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu', '', undefined].flatMap((activation) =>
    [false, true].flatMap((hasBias) =>
      [undefined, 'vector', 'image', 'one'].flatMap((slopes) =>
        [0, 2].flatMap((batch) =>
          ['NHWC', 'NCHW'].flatMap((dataFormat) =>
            ['kernel', 'op'].map((via) => ({...{kernel, activation, hasBias, slopes, batch}, dataFormat, via})),
          ),
        ),
      ),
    ),
  ),
);

/** Combinations that tfjs alone does not run. */
function isRefused({kernel, activation, slopes, batch, dataFormat, via}: (typeof fused)[number]): boolean {
  if (activation === 'prelu' && slopes === undefined) return true;
  if (dataFormat === 'NCHW')
    return kernel === 'DepthwiseConv2D' || (slopes !== undefined && slopes !== 'vector') || via === 'op';
  // It fails to broadcast the slopes.
  return slopes === 'image' && batch === 0 && activation === 'prelu';
}

function fusedProgram({kernel, activation, hasBias, slopes, batch, dataFormat, via}: (typeof fused)[number]): Program {
  const {op, filter: filterShape, channels} = kernels[kernel as Kernel];
  return (tf) => {
    const shape = dataFormat === 'NHWC' ? [batch, 4, 5, 3] : [batch, 3, 4, 5];
    const slopeShapes: Record<string, number[]> = {vector: [channels], image: [4, 5, channels], one: [1]};
    const [x, filter] = [integers(tf, shape, 1), integers(tf, [...filterShape], 2)];
    const beside = {
      ...(hasBias ? {bias: integers(tf, [channels], 3)} : {}),
      ...(slopes ? {preluActivationWeights: integers(tf, slopeShapes[slopes] as number[], 4)} : {}),
    };
    const attrs = {activation, leakyreluAlpha: 0.25, dataFormat};
    if (via === 'kernel') return [run(tf, `Fused${kernel}`, {x, filter, ...beside}, attrs)];
    return [tf.fused[op]({x, filter, strides: 1, pad: 'same', ...attrs, ...beside} as never)];
  };
}

/** int32 inputs, which the cpu kernels accept. */
const numbers: Record<string, Program> = {
  'int32 x of conv2dTranspose': (tf) =>
    transposed(tf, integers(tf, [2, 3, 3, 4], 1, 'int32'), integers(tf, [2, 3, 3, 4], 2)),
  'int32 filter of conv2dTranspose': (tf) =>
    transposed(tf, integers(tf, [2, 3, 3, 4], 1), integers(tf, [2, 3, 3, 4], 2, 'int32')),
  'one int32 tensor as x and filter': (tf) => {
    const t = integers(tf, [3, 3, 2, 2], 1, 'int32') as tfjs.Tensor4D;
    return [tf.conv2dTranspose(t, t, [3, 6, 4, 2], 2, 'same')];
  },
  'int32 x into a layer of conv2dTranspose': (tf) => {
    const layer = tf.layers.conv2dTranspose({filters: 2, kernelSize: 3, strides: 2, kernelInitializer: 'ones'});
    const y = layer.apply(integers(tf, [2, 3, 3, 4], 1, 'int32')) as tfjs.Tensor;
    layer.dispose();
    return [y];
  },
  'int32 x of every kernel': (tf) => everyKernel(tf, 'int32', 'float32'),
  'int32 filter of every kernel': (tf) => everyKernel(tf, 'float32', 'int32'),
  'int32 throughout': (tf) => everyKernel(tf, 'int32', 'int32'),
  'int32 slopes': (tf) =>
    (['conv2d', 'depthwiseConv2d'] as const).map((op) => {
      const [x, filter] = [integers(tf, [2, 4, 5, 3], 1), integers(tf, [2, 3, 3, 1], 2)];
      const preluActivationWeights = integers(tf, [op === 'conv2d' ? 1 : 3], 3, 'int32');
      return tf.fused[op]({x, filter, strides: 1, pad: 'same', activation: 'prelu', preluActivationWeights} as never);
    }),
  'int32 bias': (tf) => [
    run(
      tf,
      'FusedConv2D',
      {
        x: integers(tf, [1, 4, 5, 3], 1),
        filter: integers(tf, [2, 2, 3, 4], 2),
        bias: integers(tf, [4], 3, 'int32'),
      },
      {activation: 'relu'},
    ),
  ],
  'the gradient of conv2dTranspose by its filter at an int32 x': (tf) => {
    const x = integers(tf, [2, 3, 3, 4], 1, 'int32') as tfjs.Tensor4D;
    const f = (filter: tfjs.Tensor) => tf.conv2dTranspose(x, filter as tfjs.Tensor4D, [2, 6, 6, 3], 2, 'same');
    return [tf.grad(f)(integers(tf, [2, 3, 3, 4], 2), integers(tf, [2, 6, 6, 3], 3))];
  },
};

function transposed(tf: Tf, x: tfjs.Tensor, filter: tfjs.Tensor): tfjs.Tensor[] {
  return [tf.conv2dTranspose(x as tfjs.Tensor4D, filter as tfjs.Tensor4D, [2, 6, 6, 3], 2, 'same')];
}

function everyKernel(tf: Tf, first: 'float32' | 'int32', second: 'float32' | 'int32'): tfjs.Tensor[] {
  const [xShape, filterShape] = [
    [2, 4, 5, 3],
    [2, 3, 3, 3],
  ];
  const [x, filter] = [integers(tf, xShape, 1, first), integers(tf, filterShape, 2, second)];
  const depthwise = integers(tf, [2, 3, 3, 1], 3, second);
  const shapes = {inputShape: xShape, filterShape};
  const results = [
    run(tf, 'Conv2D', {x, filter}),
    run(tf, 'FusedConv2D', {x, filter}, {activation: 'relu'}),
    run(tf, 'Conv2DBackpropInput', {dy: x, filter}, shapes),
    run(tf, 'Conv2DBackpropFilter', {x, dy: integers(tf, xShape, 4, second)}, shapes),
    run(tf, 'DepthwiseConv2dNative', {x, filter: depthwise}, {dilations: [1, 1], strides: [1, 1]}),
    run(tf, 'FusedDepthwiseConv2D', {x, filter: depthwise}, {dilations: [1, 1], strides: [1, 1], activation: 'relu'}),
    run(
      tf,
      'DepthwiseConv2dNativeBackpropInput',
      {dy: x, filter: depthwise},
      {...shapes, dilations: [1, 1], strides: [1, 1]},
    ),
    run(
      tf,
      'DepthwiseConv2dNativeBackpropFilter',
      {x, dy: integers(tf, xShape, 4, second)},
      {...shapes, filterShape: [2, 3, 3, 1], dilations: [1, 1], strides: [1, 1]},
    ),
  ];
  // Some cpu kernels return int32 for an int32 x.
  return results.map((result) => result.toFloat());
}

type Sizes = [xShape: Shape, filterShape: Shape, pad?: 'same' | 'valid' | number];

/** Sizes of 0: empty sums or empty results. */
const empty: Record<string, Sizes> = {
  'an empty batch': [
    [0, 4, 5, 2],
    [2, 3, 2, 3],
  ],
  'no rows': [
    [2, 0, 5, 2],
    [2, 3, 2, 3],
  ],
  'no columns': [
    [2, 4, 0, 2],
    [2, 3, 2, 3],
  ],
  'padding around no rows': [[2, 0, 5, 2], [3, 3, 2, 3], 2],
  'no channels': [
    [2, 4, 5, 0],
    [2, 3, 0, 3],
  ],
  'no filters': [
    [2, 4, 5, 2],
    [2, 3, 2, 0],
  ],
  'filters without rows': [
    [2, 4, 5, 2],
    [0, 3, 2, 3],
  ],
  'filters without rows, valid': [[2, 4, 5, 2], [0, 3, 2, 3], 'valid'],
  'nothing at all': [
    [0, 0, 0, 0],
    [0, 0, 0, 0],
  ],
};

function emptyPrograms(name: string, [xShape, filterShape, pad = 'same']: Sizes): [string, Program][] {
  const tensors = (tf: Tf) => [integers(tf, xShape, 1), integers(tf, filterShape, 2)] as [tfjs.Tensor4D, tfjs.Tensor4D];
  const ops = (tf: Tf): Record<string, (x: tfjs.Tensor4D, filter: tfjs.Tensor4D) => tfjs.Tensor> => ({
    conv2d: (x, filter) => tf.conv2d(x, filter, 1, pad),
    depthwiseConv2d: (x, filter) => tf.depthwiseConv2d(x, filter, 1, pad),
    'fused.conv2d': (x, filter) => {
      const bias = integers(tf, [filter.shape[3]], 3) as tfjs.Tensor1D;
      return tf.fused.conv2d({x, filter, strides: 1, pad, bias, activation: 'relu'});
    },
    'fused.depthwiseConv2d': (x, filter) => {
      const bias = integers(tf, [filter.shape[2] * filter.shape[3]], 3) as tfjs.Tensor1D;
      return tf.fused.depthwiseConv2d({x, filter, strides: 1, pad, bias, activation: 'relu'});
    },
  });
  const backprop = (tf: Tf) => {
    const [x, filter] = tensors(tf);
    const y = tf.conv2d(x, filter, 1, pad);
    const dy = integers(tf, y.shape, 3);
    const dx = run(tf, 'Conv2DBackpropInput', {dy, filter}, {inputShape: xShape, pad});
    return [dx, run(tf, 'Conv2DBackpropFilter', {x, dy}, {filterShape, pad})];
  };
  const names = ['conv2d', 'depthwiseConv2d', 'fused.conv2d', 'fused.depthwiseConv2d'];
  return [
    ...names.map((op): [string, Program] => [
      `${op} of ${name}`,
      (tf) => [(ops(tf)[op] as never as (...args: tfjs.Tensor[]) => tfjs.Tensor)(...tensors(tf))],
    ]),
    ...names
      .filter((op) => !op.startsWith('fused'))
      .map((op): [string, Program] => [
        `the gradients of ${op} of ${name}`,
        (tf) => tf.grads(ops(tf)[op] as never)(tensors(tf)),
      ]),
    [`the backward kernels of ${name}`, backprop],
  ];
}

/** Programs by name. With convgrad on any backend they must give what tfjs alone gives on cpu. */
export const programs: ReadonlyMap<string, Program> = new Map([
  ...fused
    .filter((one) => !isRefused(one))
    .map((one): [string, Program] => {
      const {kernel, activation, hasBias, slopes, batch, dataFormat, via} = one;
      const beside = `${hasBias ? 'bias' : 'no bias'}, slopes ${slopes}`;
      return [
        `Fused${kernel} by ${via}, ${activation === '' ? "''" : activation}, ${beside}, batch ${batch}, ${dataFormat}`,
        fusedProgram(one),
      ];
    }),
  ...Object.entries(numbers),
  ...Object.entries(empty).flatMap(([name, sizes]) => emptyPrograms(name, sizes)),
]);

/** The result of a program: shape, dtype and values of each tensor. */
export async function outcomeOf(tf: Tf, program: Program): Promise<[string, number[]][]> {
  const tensors = tf.tidy(() => program(tf));
  const outcome: [string, number[]][] = [];
  for (const tensor of tensors) outcome.push([`${tensor.dtype} [${tensor.shape}]`, [...(await tensor.data())]]);
  tf.dispose(tensors);
  return outcome;
}

/** The programs with a different result on the active backend, and that result. */
export async function different(
  tf: Tf,
  wanted: ReadonlyMap<string, [string, number[]][]>,
): Promise<[name: string, got: string][]> {
  const found: [string, string][] = [];
  for (const [name, want] of wanted) {
    const {numTensors} = tf.memory();
    try {
      const got = await outcomeOf(tf, programs.get(name) as Program);
      const same = got.every(([kind, values], i) => {
        const [wantKind, wantValues] = want[i] as [string, number[]];
        const near = (value: number, at: number) => Math.abs(value - (wantValues[at] as number)) <= 1e-5;
        return kind === wantKind && values.length === wantValues.length && values.every(near);
      });
      if (!same || got.length !== want.length) found.push([name, JSON.stringify({got, want}).slice(0, 400)]);
    } catch (error) {
      found.push([name, String(error)]);
    }
    if (tf.memory().numTensors !== numTensors)
      found.push([name, `${tf.memory().numTensors - numTensors} tensors left`]);
  }
  return found;
}
