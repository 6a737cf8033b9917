import type {TensorInfo} from '@tensorflow/tfjs';
import {makeParts} from '../../../engine/part.js';
import type {Conv2DInfo, Kind} from '../../../geometry/conv2dInfo.js';
import {filterDepth, type Pass, passes, passTensors, shapeOf, sizeOf} from '../../../geometry/pass.js';
import {isPerChannel} from '../../host/epilogue.js';
import type {Fusion, Implementation} from '../../implementation.js';
import {epilogueInputs} from '../epilogue.js';
import {uniformsOf, type WebGLProgram} from '../program.js';
import {bandsText} from '../quads/bands.js';
import {slicesOf} from '../quads/outer.js';
import {shared} from '../shared.js';
import {mostTargetsOf, runTargets} from '../targets.js';
import {assertContext, device, needsWebGL2, type WebGLBackend} from '../tfjsBackend.js';
import {pairsOf, sourceOf} from './source.js';
import {type Texts, textsOf, variantsOf} from './texts.js';
import {groupsOf, type Tile, tileOf} from './tile.js';

const kinds: readonly Kind[] = ['dense', 'depthwise'];
const nameOf = (kind: Kind, pass: Pass, variant: string) => `texels ${kind} ${pass}, ${variant}`;

/** The variants of the shaders. */
export const parts = makeParts(
  kinds.flatMap((kind) => passes.flatMap((pass) => variantsOf(kind, pass).map((name) => nameOf(kind, pass, name)))),
);

/** A row of more taps would not fit into registers. */
const mostTaps = 8;

/** Rows and cells are counted in floats, see `over`; a weight has one cell at most. */
const mostCounted = 2 ** 22;

/**
 * Passes that read the textures of tfjs as they lie, two pixels × two channels a texel, and keep a row's pixels for all taps that meet them: nothing is
 * packed before, and nothing but the slices of dFilter is put together afterwards.
 *
 * Limits: taps side by side, at most {@link mostTaps} in a row, and pixels at most two apart. Zeros beside an image are products: an infinite weight
 * makes them NaN.
 */
export const texels = byTexels('texels', (texts) => texts);

/** An implementation on texels. @param change what is made of the shaders of each pass */
export function byTexels(
  algorithm: string,
  change: (texts: Texts, pass: Pass) => Texts,
  own: readonly Pass[] = passes,
): Implementation {
  return {
    ...{algorithm, passes: own, footprint: 'padded' as const},
    supports(info, pass) {
      if (!own.includes(pass)) return `it has no ${pass}`;
      return whyNot(info, pass) ?? needsWebGL2();
    },
    fuses: isPerChannel,
    run(pass, info, a, b, backend, fusion) {
      const webgl = backend as WebGLBackend;
      assertContext(webgl);
      const held: TensorInfo[] = [];
      const hold = (tensor: TensorInfo) => {
        held.push(tensor);
        return tensor;
      };
      try {
        const [first, second] = [sourceOf(webgl, a, hold), sourceOf(webgl, b, hold)];
        const tile = tileOf(info, mostTargetsOf(webgl));
        const texts = textsOf(info, pass, {plain: [first.isPlain, second.isPlain], tile, fusion});
        const part = parts.find(({name}) => name === nameOf(info.kind, pass, texts.variant));
        if (part) part.hits++;
        const [inputs, changed] = [[first.tensor, second.tensor], change(texts, pass)];
        return pass === 'backpropFilter'
          ? runOuter(webgl, changed, info, tile, inputs, hold)
          : runGather(webgl, changed, info, pass, inputs, fusion);
      } finally {
        for (const tensor of held) webgl.disposeIntermediateTensorInfo(tensor);
      }
    },
  };
}

function whyNot(info: Conv2DInfo, pass: Pass): string | undefined {
  if (info.kind === 'depthwise' && filterDepth(info) > 1) {
    return 'a channel multiplier above 1 spreads a pair of channels over several';
  }
  if (info.kind === 'dense' && pass !== 'backpropFilter') return 'dense, it computes dFilter only';
  if (Math.max(sizeOf(info, 'filter'), info.batch * info.outHeight) > mostCounted) {
    return `it has more than ${mostCounted} weights or rows of pixels`;
  }
  if (info.filterWidth > mostTaps) return `a row of more than ${mostTaps} taps does not fit into registers`;
  if (info.filterWidth > 1 && info.dilationWidth > 1) return 'the taps of a row do not lie side by side';
  const most = pass === 'backpropInput' ? 1 : 2;
  return info.strideWidth > most ? `its pixels lie more than ${most} apart` : undefined;
}

function runGather(
  backend: WebGLBackend,
  {compute}: Texts,
  info: Conv2DInfo,
  pass: Pass,
  inputs: readonly TensorInfo[],
  fusion?: Fusion,
): TensorInfo {
  const beside = epilogueInputs(fusion);
  const uniforms = uniformsOf(info);
  const program: WebGLProgram = {
    variableNames: ['source', 'Filter', ...beside.map(([name]) => name)],
    outputShape: shapeOf(info, passTensors[pass].output),
    userCode: compute,
    ...{packedInputs: true, packedOutput: true, enableShapeUniforms: true},
    customUniforms: [
      ...Object.keys(uniforms).map((name) => ({name, type: 'ivec2' as const})),
      {name: 'alpha', type: 'float'},
    ],
  };
  const values = [...Object.values(uniforms), [fusion?.leakyreluAlpha ?? 0]];
  return backend.runWebGLProgram(program, [...inputs, ...beside.map(([, tensor]) => tensor)], 'float32', values);
}

/** The least texels of a row of cells. */
const cellsAcross = 128;

function runOuter(
  backend: WebGLBackend,
  {compute, sum}: Texts,
  info: Conv2DInfo,
  tile: Tile,
  inputs: readonly TensorInfo[],
  hold: (tensor: TensorInfo) => TensorInfo,
): TensorInfo {
  const {maxSide, float32} = device();
  const groups = groupsOf(info, tile);
  const perSlice = groups.reduce((product, count) => product * count, info.filterHeight);
  // In float16 textures slices would be rounded as often as there are slices.
  const {slices, sliceRows} = slicesOf(info.batch * info.outHeight, float32 ? perSlice : Number.POSITIVE_INFINITY);
  const cells = slices * perSlice;
  const width = Math.min(cells, Math.max(cellsAcross, Math.ceil(cells / maxSide)));
  const shape = (name: 'x' | 'dy') => shapeOf(info, name).map((size, i) => (i === 3 ? pairsOf(size) : size));
  const uniforms = {
    ...{...uniformsOf(info), taps: [info.filterHeight, info.filterWidth]},
    ...{xShape: shape('x'), dyShape: shape('dy'), sliceRows: [sliceRows], groups: [...groups, width]},
  };
  const program = {text: compute, samplers: ['x', 'dy'], uniforms, targets: tile.targets};
  const targets = runTargets(backend, program, inputs, [Math.ceil(cells / width), width]).map(hold);
  const summing: WebGLProgram = {
    variableNames: targets.map((_, i) => `Target${i}`),
    outputShape: shapeOf(info, 'dFilter'),
    userCode: shared + bandsText + sum,
    ...{packedInputs: true, packedOutput: true, enableShapeUniforms: true},
    customUniforms: [
      {name: 'groups', type: 'ivec4'},
      {name: 'slices', type: 'int'},
    ],
  };
  return backend.runWebGLProgram(summing, targets, 'float32', [[...groups, width], [slices]]);
}
