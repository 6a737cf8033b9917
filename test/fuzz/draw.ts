import fc from 'fast-check';
import type {Problem} from '../../src/geometry/problem.js';
import {type ArgumentName, argumentNames, type FuzzCall, isSpec, provenances, sizeOf, type TensorSpec} from './call.js';
import {type Entry, entries} from './entries.js';
import {heightAndWidth} from './readGeometry.js';

/** A `Problem`, mostly with a valid geometry. */
const problems: fc.Arbitrary<Problem> = fc
  .record({
    kind: fc.constantFrom('dense' as const, 'depthwise' as const),
    batch: fc.integer({min: 1, max: 3}),
    inHeight: size(1, 9, 21),
    inWidth: size(1, 9, 21),
    inChannels: size(1, 5, 34),
    depth: size(1, 5, 34),
    filterHeight: fc.integer({min: 1, max: 4}),
    filterWidth: fc.integer({min: 1, max: 4}),
    strides: fc.tuple(fc.integer({min: 1, max: 3}), fc.integer({min: 1, max: 3})),
    dilations: fc.oneof(fc.constant([1, 1]), fc.tuple(fc.integer({min: 1, max: 3}), fc.integer({min: 1, max: 3}))),
    pad: fc.oneof(
      fc.constantFrom('same' as const, 'valid' as const),
      fc.integer({min: 0, max: 3}),
      fc.record({top: count(), bottom: count(), left: count(), right: count()}),
    ),
    dimRoundingMode: fc.option(fc.constantFrom('floor' as const, 'round' as const, 'ceil' as const), {
      nil: undefined,
      freq: 2,
    }),
    dataFormat: fc.constantFrom('NHWC' as const, 'NHWC' as const, 'NCHW' as const),
  })
  .map(({strides, dilations, depth, pad, dimRoundingMode, ...others}) => {
    const multiplier = others.kind === 'depthwise' ? Math.min(depth, 5) : 0;
    return {
      ...others,
      outChannels: multiplier ? others.inChannels * multiplier : depth,
      ...{strideHeight: strides[0]!, strideWidth: strides[1]!},
      ...{dilationHeight: dilations[0]!, dilationWidth: dilations[1]!, pad},
      ...(typeof pad === 'string' || dimRoundingMode === undefined ? {} : {dimRoundingMode}),
    };
  });

function size(min: number, max: number, rarely: number): fc.Arbitrary<number> {
  return fc.oneof(
    {weight: 6, arbitrary: fc.integer({min, max})},
    {weight: 1, arbitrary: fc.integer({min, max: rarely})},
  );
}

function count(): fc.Arbitrary<number> {
  return fc.integer({min: 0, max: 3});
}

/** Strides or dilations as one number if both are equal, or as a pair. */
const writings = fc.record({
  short: fc.boolean(),
  leaveOut: fc.boolean(),
  alone: fc.boolean(),
  from: fc.tuple(...Array.from({length: 6}, () => fc.constantFrom(...provenances))),
  seeds: fc.tuple(...Array.from({length: 6}, () => fc.nat(99))),
  bias: fc.constantFrom('none', 'channels', 'scalar', 'image', 'null'),
  activation: fc.constantFrom(undefined, null, 'linear', 'relu', 'relu6', 'elu', 'sigmoid', 'prelu', 'leakyrelu'),
  alpha: fc.constantFrom(undefined, 0.5, 0, 2),
  pointwise: fc.integer({min: 1, max: 4}),
});
type Writing = typeof writings extends fc.Arbitrary<infer T> ? T : never;

/** A call as documented, if the problem has a valid geometry. */
function wellFormed(name: string, entry: Entry, drawn: Problem, writing: Writing): FuzzCall {
  const problem = fitted(entry, drawn);
  const kind = entry.kinds.includes(problem.kind!) ? problem.kind! : entry.kinds[0]!;
  const p: Problem = {...problem, kind};
  const depth = kind === 'depthwise' ? Math.ceil(p.outChannels / p.inChannels) : p.outChannels;
  p.outChannels = kind === 'depthwise' ? depth * p.inChannels : depth;
  if (entry.form === 'explain') {
    return {entry: name, kind, tensors: {}, attrs: {problem: p, as: writing.short ? 'text' : 'object'}};
  }
  const [height, width] = heightAndWidth(p);
  const image = (h: number, w: number, c: number) =>
    p.dataFormat === 'NCHW' ? [p.batch, c, h, w] : [p.batch, h, w, c];
  const y = image(height, width, p.outChannels);
  const beside = (of: 'bias' | 'slopes') => {
    const how = of === 'bias' || writing.bias !== 'none' ? writing.bias : 'channels';
    const shapes: Record<string, number[]> = {channels: [p.outChannels], scalar: [], image: y.slice(1)};
    return shapes[how];
  };
  const conv1d = entry.form === 'conv1d';
  const shapes: Partial<Record<ArgumentName, number[] | undefined>> = {
    x: image(p.inHeight, p.inWidth, p.inChannels),
    filter: [p.filterHeight, p.filterWidth, p.inChannels, depth],
    dy: y,
    bias: beside('bias'),
    preluActivationWeights: writing.activation === 'prelu' ? (beside('slopes') ?? [p.outChannels]) : undefined,
    pointwiseFilter: [1, 1, p.outChannels, writing.pointwise],
  };
  const inputShape = shapes.x!;
  const filterShape = shapes.filter!;
  if (entry.form === 'transposed') shapes.x = y;
  if (conv1d) {
    shapes.x = [p.batch, p.inWidth, p.inChannels];
    shapes.filter = filterShape.slice(1);
  }
  const takesOne = p.batch === 1 && writing.alone && !/^kernel|layer/.test(name);
  if (takesOne) for (const of of ['x', 'dy'] as const) shapes[of] = shapes[of]?.slice(1);
  const tensors: FuzzCall['tensors'] = {};
  argumentNames.forEach((of, i) => {
    if (!entry.arguments.includes(of)) return;
    const shape = shapes[of];
    if (shape) tensors[of] = {shape, dtype: 'float32', seed: writing.seeds[i]!, from: writing.from[i]!};
    else if (writing.bias === 'null') tensors[of] = {value: null};
  });
  const steps = ([a, b]: [number, number]) => (conv1d ? b : writing.short && a === b ? a : [a, b]);
  const all: Record<string, unknown> = {
    strides: steps([p.strideHeight, p.strideWidth]),
    pad: padOf(p),
    dataFormat: conv1d ? 'NWC' : p.dataFormat,
    dilations: steps([p.dilationHeight, p.dilationWidth]),
    dimRoundingMode: p.dimRoundingMode,
    activation: writing.activation,
    leakyreluAlpha: writing.alpha,
    ...{inputShape, filterShape, outputShape: takesOne ? inputShape.slice(1) : inputShape},
  };
  const attrs: Record<string, unknown> = {};
  for (const key of entry.attributes) {
    if (all[key] === undefined || (writing.leaveOut && isDefault(key, all[key]) && !/^kernel/.test(name))) continue;
    attrs[key] = all[key];
  }
  return {entry: name, kind, tensors, attrs};
}

/** The problem reduced to what the entry can express; sometimes left as it is, to be refused. */
function fitted(entry: Entry, p: Problem): Problem {
  switch (entry.form) {
    case 'conv1d':
      return {
        ...p,
        inHeight: 1,
        filterHeight: 1,
        strideHeight: 1,
        dilationHeight: 1,
        dataFormat: 'NHWC',
        pad: typeof p.pad === 'string' ? p.pad : p.pad === 0 ? 0 : 'valid',
      };
    case 'transposed':
      return {...p, dilationHeight: 1, dilationWidth: 1, dataFormat: 'NHWC'};
    case 'separable':
      return {...p, dataFormat: 'NHWC'};
    default:
      return p;
  }
}

function isDefault(key: string, value: unknown): boolean {
  return (key === 'dataFormat' && value === 'NHWC') || (key === 'dilations' && String([value].flat()) === '1');
}

function padOf({pad, dataFormat}: Problem): unknown {
  if (typeof pad !== 'object') return pad;
  const sides = [
    [pad.top, pad.bottom],
    [pad.left, pad.right],
  ];
  const none = [0, 0];
  return dataFormat === 'NCHW' ? [none, none, ...sides] : [none, ...sides, none];
}

/** Undocumented values. */
const strange: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    ...[undefined, null, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1, 0, 1, 2, 1.5, -0.5, 1e-3],
    ...[
      1e5,
      1e6,
      1e9,
      2 ** 31 - 1,
      2 ** 31,
      2 ** 32,
      2 ** 53,
      1e300,
      '',
      'same',
      'valid',
      'SAME',
      'causal',
      '1',
      'NHWC',
    ],
    ...[
      'NCHW',
      'NWC',
      'channelsFirst',
      'floor',
      'round',
      'ceil',
      'up',
      'linear',
      'relu',
      'prelu',
      'leakyrelu',
      'elu',
      'tanh',
    ],
    ...[
      true,
      false,
      [],
      [1],
      [2],
      [1, 1, 1],
      [1, 2, 1],
      [[1, 1]],
      [null, 1],
      [1, undefined],
      ['1', '1'],
      [1.5, 1],
      [1, -1],
    ],
    ...[[1e6, 1], [1, 1e6], [1e9, 1e9], [2 ** 31, 2 ** 31], [2 ** 53, 1], [0, 1], {}, {length: 2, 0: 1, 1: 1}, {a: 1}],
    ...[
      [
        [0, 0],
        [1, 1],
        [1, 1],
        [0, 0],
      ],
      [
        [0, 0],
        [0, 0],
        [1, 2],
        [0, 1],
      ],
      [
        [1, 1],
        [1, 1],
        [1, 1],
        [1, 1],
      ],
      [
        [0, 0],
        [1, 1],
      ],
    ],
    ...[
      [
        [0, 0],
        [-1, 1],
        [1, 1],
        [0, 0],
      ],
      [
        [0, 0],
        [1e6, 0],
        [0, 1e6],
        [0, 0],
      ],
      [
        [0, 0],
        [1e9, 0],
        [0, 0],
        [0, 0],
      ],
      [0, 1, 1, 0],
    ],
    ...[
      [1, 2, 3, 4],
      [0, 2, 2, 1],
      [1, 0, 3, 2],
      [1, 3, 3, 0],
      [1e6, 1e6, 1e6, 1],
      [1, 2 ** 31, 1, 1],
      [-1, 3, 3, 1],
    ],
    ...[{odd: 'symbol'}, {odd: 'function'}, {odd: 'bigint'}, {odd: 'lookalike'}, {odd: 'date'}, {odd: 'proxy'}],
  ),
  fc.integer({min: -3, max: 12}),
  fc.array(fc.integer({min: 0, max: 4}), {maxLength: 5}),
  fc.string({maxLength: 5}),
);

/** One change to a call, which may still be valid. */
type Corruption =
  | {spoil: 'attribute'; which: number; value: unknown}
  | {spoil: 'unknown attribute'; name: string; value: unknown}
  | {spoil: 'leave out'; which: number}
  | {spoil: 'argument'; which: number; value: unknown}
  | {spoil: 'dtype'; which: number; dtype: TensorSpec['dtype']}
  | {spoil: 'dispose'; which: number}
  | {spoil: 'size'; which: number; axis: number; size: number}
  | {spoil: 'shape'; which: number; shape: number[]}
  | {spoil: 'rank'; which: number; by: -1 | 1}
  | {spoil: 'share'; which: number; of: number};

const which = fc.nat(11);
const corruptions: fc.Arbitrary<Corruption> = fc.oneof(
  {weight: 5, arbitrary: fc.record({spoil: fc.constant('attribute' as const), which, value: strange})},
  fc.record({
    spoil: fc.constant('unknown attribute' as const),
    name: fc.constantFrom(
      'want',
      'stride',
      'padding',
      'algorithm',
      'constructor',
      '__proto__x',
      'activation',
      'bias',
      'leakyreluAlpha',
    ),
    value: strange,
  }),
  fc.record({spoil: fc.constant('leave out' as const), which}),
  {weight: 2, arbitrary: fc.record({spoil: fc.constant('argument' as const), which, value: strange})},
  {
    weight: 3,
    arbitrary: fc.record({
      spoil: fc.constant('dtype' as const),
      which,
      dtype: fc.constantFrom('int32' as const, 'bool' as const, 'string' as const, 'complex64' as const),
    }),
  },
  {weight: 2, arbitrary: fc.record({spoil: fc.constant('dispose' as const), which})},
  {
    weight: 3,
    arbitrary: fc.record({
      spoil: fc.constant('size' as const),
      which,
      axis: fc.nat(3),
      size: fc.oneof(fc.constant(0), fc.integer({min: 0, max: 12})),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      spoil: fc.constant('shape' as const),
      which,
      shape: fc.array(fc.integer({min: 0, max: 4}), {maxLength: 6}),
    }),
  },
  fc.record({spoil: fc.constant('rank' as const), which, by: fc.constantFrom(-1 as const, 1 as const)}),
  {weight: 2, arbitrary: fc.record({spoil: fc.constant('share' as const), which, of: which})},
);

function corrupted(call: FuzzCall, spoiler: Corruption): FuzzCall {
  const {attributes} = entries[call.entry]!;
  const names = Object.keys(call.tensors) as ArgumentName[];
  const name = 'which' in spoiler ? names[spoiler.which % names.length] : undefined;
  const given = name && call.tensors[name];
  const change = (by: (spec: TensorSpec) => TensorSpec): FuzzCall =>
    name && isSpec(given) ? {...call, tensors: {...call.tensors, [name]: by(given)}} : call;
  switch (spoiler.spoil) {
    case 'attribute':
      return {...call, attrs: {...call.attrs, [attributes[spoiler.which % attributes.length]!]: spoiler.value}};
    case 'unknown attribute':
      if (entries[call.entry]!.arguments.some((argument) => argument === spoiler.name)) return call;
      return {...call, attrs: {...call.attrs, [spoiler.name]: spoiler.value}};
    case 'leave out': {
      const {[attributes[spoiler.which % attributes.length]!]: _left, ...attrs} = call.attrs;
      return {...call, attrs};
    }
    case 'argument':
      return name ? {...call, tensors: {...call.tensors, [name]: {value: spoiler.value}}} : call;
    case 'dtype':
      return change((spec) => ({...spec, dtype: spoiler.dtype}));
    case 'dispose':
      return change((spec) => ({...spec, disposed: true}));
    case 'size':
      return change((spec) => ({
        ...spec,
        shape: spec.shape.map((size, i) => (i === spoiler.axis ? spoiler.size : size)),
      }));
    case 'shape':
      return change((spec) => ({...spec, shape: spoiler.shape}));
    case 'rank':
      return change((spec) => ({...spec, shape: spoiler.by > 0 ? [1, ...spec.shape] : spec.shape.slice(1)}));
    case 'share': {
      const shared = names[spoiler.of % names.length]!;
      const other = call.tensors[shared];
      // A view needs the same number of values, and is never a view of a view.
      if (shared === name || !isSpec(other) || other.sharing) return call;
      const isShared = Object.values(call.tensors).some((tensor) => isSpec(tensor) && tensor.sharing === name);
      return change((spec) =>
        sizeOf(spec.shape) === sizeOf(other.shape) && !isShared ? {...spec, sharing: shared, dtype: other.dtype} : spec,
      );
    }
  }
}

/** Any call: a third as documented, the others changed in a few places. @param names entries to draw from */
export function calls(names: readonly string[] = Object.keys(entries)): fc.Arbitrary<FuzzCall> {
  return fc
    .record({
      name: fc.constantFrom(...names),
      problem: problems,
      writing: writings,
      spoilers: fc.oneof(
        {weight: 1, arbitrary: fc.constant<Corruption[]>([])},
        {weight: 2, arbitrary: fc.array(corruptions, {minLength: 1, maxLength: 3})},
      ),
    })
    .map(({name, problem, writing, spoilers}) =>
      spoilers.reduce(corrupted, wellFormed(name, entries[name]!, problem, writing)),
    );
}
