import type {TensorInfo} from '@tensorflow/tfjs-core';
import {counterNamed, countHit, makeCounters} from '../../../../engine/coverageCounter.js';
import type {Conv2DInfo, Kind} from '../../../../geometry/conv2dInfo.js';
import {fitToIndexRange} from '../../../../geometry/indexRange.js';
import {filterDepth, type Pass, passes, passTensors, shapeOf} from '../../../../geometry/pass.js';
import {tapGeometry} from '../../../gpu/tapGeometry.js';
import type {Implementation, TensorEpilogue} from '../../../implementation.js';
import {costFrom} from '../../cost.js';
import {device, type WebGLBackend} from '../../device/tfjsBackend.js';
import {runDraw} from '../../draw/drawBuffers.js';
import {maxDividend} from '../../draw/glsl.js';
import {stackTextures} from '../../texture/rectangles.js';
import {withScratch} from '../../texture/scratch.js';
import {layoutImplementation} from '../layoutImplementation.js';
import {launchesOf} from './cost.js';
import {type ChannelPackedLayout, channelBlocksOf, layoutOf} from './layout.js';
import {runPack} from './pack.js';
import {type ChannelPackedShaders, shadersOf, variantsOf} from './shaders.js';
import {uniformOf} from './slabs.js';
import {runUnpack} from './unpack.js';

const kinds: readonly Kind[] = ['dense', 'depthwise'];
const nameOf = (kind: Kind, pass: Pass, variant: string) => `channelPacked ${kind} ${pass}, ${variant}`;

/** Count the runs of each variant of the shaders. */
const counters = makeCounters(
  kinds.flatMap((kind) => passes.flatMap((pass) => variantsOf(kind, pass).map((name) => nameOf(kind, pass, name)))),
);

/**
 * All passes in channel blocks, which are texels of four channels. Shaders pack the inputs, compute four channel blocks per fragment, and
 * unpack the results into tfjs's order. A fragment fetches 8 texels for 64 products, where tfjs's packed kernels fetch 2 for 8.
 *
 * Limits: it leaves depthwise convolutions with a multiplier to `direct`. Beside the result it holds copies of both inputs, and four
 * textures of a quarter of the result each; for dFilter these hold every slice. Zeros beside an image take part in products, so an infinite
 * weight makes them NaN.
 */
export const channelPacked: Implementation = {
  ...channelPackedImplementation('channelPacked', (texts) => texts),
  ...costFrom((info, pass) => launchesOf(fitToIndexRange(info, maxDividend) as Conv2DInfo, pass)),
  counters,
};

/**
 * An implementation of channelPacked.
 * @param change returns the shaders to run for a pass, given the original ones
 */
export function channelPackedImplementation(
  algorithm: string,
  change: (texts: ChannelPackedShaders, pass: Pass) => ChannelPackedShaders,
  own: readonly Pass[] = passes,
): Implementation {
  return layoutImplementation(algorithm, own, {
    whyNot,
    run(backend, pass, asked, a, b, epilogue) {
      const info = fitToIndexRange(asked, maxDividend) as Conv2DInfo;
      const texts = shadersOf(info, pass, epilogue);
      countHit?.(counterNamed(counters, nameOf(info.kind, pass, texts.variant)));
      return runShaders(change(texts, pass), pass, info, a, b, backend, epilogue);
    },
  });
}

function whyNot(info: Conv2DInfo, pass: Pass): string | undefined {
  if (info.kind === 'depthwise' && filterDepth(info) > 1) {
    return 'a channel multiplier above 1 spreads a block of four channels over several';
  }
  const fitted = fitToIndexRange(info, maxDividend);
  if (typeof fitted === 'string') return fitted;
  const {maxSide, fragments} = device();
  return layoutOf(fitted, pass, maxSide, fragments)
    ? undefined
    : `its textures would be larger than ${maxSide} × ${maxSide}`;
}

function runShaders(
  {packA, packB, compute, unpack}: ChannelPackedShaders,
  pass: Pass,
  info: Conv2DInfo,
  a: TensorInfo,
  b: TensorInfo,
  backend: WebGLBackend,
  epilogue: Partial<TensorEpilogue> = {},
): TensorInfo {
  const {maxSide, fragments} = device();
  const layout = layoutOf(info, pass, maxSide, fragments) as ChannelPackedLayout;
  return withScratch(backend, (track) => {
    const image = (text: string, tensor: TensorInfo, name: 'x' | 'dy', slabs: ChannelPackedLayout['a'], margin = 0) => {
      const [n, h, width, c] = shapeOf(info, name);
      return track(runPack(backend, text, tensor, {shape: [n, h, c, channelBlocksOf(c)], width, margin}, slabs));
    };
    const filter = () => {
      const [kh, kw, c, f] = shapeOf(info, 'filter');
      const across = channelBlocksOf(pass === 'forward' ? f : c);
      return track(
        runPack(backend, packB, {...b, shape: [1, kh * kw, c, f]}, {shape: [kh * kw, c, f, across]}, layout.b),
      );
    };
    const isForward = pass === 'forward';
    const inputs =
      pass === 'backpropFilter'
        ? [image(packA, a, 'x', layout.a, layout.margin), image(packB, b, 'dy', layout.b)]
        : [image(packA, a, isForward ? 'x' : 'dy', layout.a, layout.margin), filter()];
    const {samplers, uniforms} = inputsOf(info, pass, layout);
    const drawBuffers = runDraw(backend, {text: compute, samplers, uniforms}, inputs, layout.result.size).map(track);
    const whole = track(stackTextures(backend, drawBuffers, layout.result.size));
    const numbers = {
      ...{groups: layout.groups, slices: layout.slices},
      channelBlocks: channelBlocksOf(isForward ? info.outChannels : info.inChannels),
      stride: pass === 'backpropInput' ? uniforms.stride : [1, 1],
    };
    return runUnpack(backend, unpack, epilogue, whole, shapeOf(info, passTensors[pass].output), layout.result, numbers);
  });
}

/** The names under which a pass's computing shader knows its textures and sizes. */
function inputsOf(
  info: Conv2DInfo,
  pass: Pass,
  layout: ChannelPackedLayout,
): {samplers: string[]; uniforms: Record<string, number[]>} {
  const {batch, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels} = info;
  const x = [batch, inHeight, inWidth, channelBlocksOf(inChannels)];
  const y = [batch, outHeight, outWidth, channelBlocksOf(outChannels)];
  const {a, b, result, groups, margin, slices, sliceRows} = layout;
  const shared = {
    ...tapGeometry(info),
    ...{taps: [info.filterHeight, info.filterWidth], resultSlabs: uniformOf(result)},
  };
  if (pass === 'backpropFilter') {
    const shapes = {xShape: x, dyShape: y, xSlabs: uniformOf(a), dySlabs: uniformOf(b)};
    const resultShape = [slices, 0, 0, channelBlocksOf(inChannels)];
    return {
      samplers: ['x', 'dy'],
      uniforms: {...shared, ...shapes, resultShape, sliceRows: [sliceRows]},
    };
  }
  const [sourceShape, resultShape] = pass === 'forward' ? [x, y] : [y, x];
  return {
    samplers: ['source', 'weights'],
    uniforms: {
      ...{...shared, sourceShape, resultShape, sourceSlabs: uniformOf(a)},
      ...{groups: [groups], margin: [margin]},
    },
  };
}
