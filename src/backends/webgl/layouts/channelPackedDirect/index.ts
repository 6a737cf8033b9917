import type {TensorInfo} from '@tensorflow/tfjs-core';
import {counterNamed, countHit, makeCounters} from '../../../../engine/coverageCounter.js';
import type {Conv2DInfo} from '../../../../geometry/conv2dInfo.js';
import {fitsIndexRange} from '../../../../geometry/indexRange.js';
import {type Pass, passTensors, shapeOf} from '../../../../geometry/pass.js';
import {tapGeometry} from '../../../gpu/tapGeometry.js';
import type {Implementation, TensorEpilogue} from '../../../implementation.js';
import {costFrom} from '../../cost.js';
import {device, type WebGLBackend} from '../../device/tfjsBackend.js';
import {drawBufferLimit} from '../../draw/drawBuffers.js';
import {maxDividend} from '../../draw/glsl.js';
import {runTiled, tilingOf} from '../../draw/tiling.js';
import {packedTextureOf} from '../../texture/packedTexture.js';
import {rowsPerTextureRow} from '../../texture/rectangles.js';
import {withScratch} from '../../texture/scratch.js';
import {channelBlocksOf} from '../channelPacked/layout.js';
import {packImage, runPack} from '../channelPacked/pack.js';
import {uniformOf} from '../channelPacked/slabs.js';
import {layoutImplementation} from '../layoutImplementation.js';
import {launchesOf} from './cost.js';
import {layoutOf, pixelStep, type SourceLayout} from './layout.js';
import {type ChannelPackedDirectShader, shaderOf, variants} from './shaders.js';

const own: readonly Pass[] = ['forward', 'backpropInput'];
const nameOf = (pass: Pass, variant: string) => `channelPackedDirect ${pass}, ${variant}`;

/** Count the runs of each variant of the shader. */
const counters = makeCounters(own.flatMap((pass) => variants.map((variant) => nameOf(pass, variant))));

/**
 * Dense passes with the source in channel blocks, surrounded by zeros, and with the filter and the result in tfjs's own layout.
 * `channelPacked` also packs the filter and unpacks the result, which takes as long as the products in a layer with few pixels.
 *
 * Limits: dX only at stride 1. Zeros around an image take part in products, so an infinite weight makes them NaN.
 */
export const channelPackedDirect: Implementation = {
  ...channelPackedDirectImplementation('channelPackedDirect', (texts) => texts),
  ...costFrom(launchesOf),
  counters,
};

/**
 * An implementation of channelPackedDirect.
 * @param change returns the shader to run for a pass, given the original one
 */
export function channelPackedDirectImplementation(
  algorithm: string,
  change: (texts: ChannelPackedDirectShader, pass: Pass) => ChannelPackedDirectShader,
  passes: readonly Pass[] = own,
): Implementation {
  return layoutImplementation(algorithm, passes, {
    whyNot,
    run: (backend, pass, info, a, b, epilogue) =>
      run((texts) => change(texts, pass), pass, info, a, b, backend, epilogue),
  });
}

function run(
  change: (texts: ChannelPackedDirectShader) => ChannelPackedDirectShader,
  pass: Pass,
  info: Conv2DInfo,
  a: TensorInfo,
  b: TensorInfo,
  backend: WebGLBackend,
  epilogue?: TensorEpilogue,
): TensorInfo {
  const {maxSide} = device();
  const {source, margin} = layoutOf(info, pass, maxSide) as SourceLayout;
  const [n, h, width, terms] = shapeOf(info, passTensors[pass].inputs[0]);
  const channelBlocks = channelBlocksOf(terms);
  const result = shapeOf(info, passTensors[pass].output);
  return withScratch(backend, (track) => {
    const image = track(runPack(backend, packImage, a, {shape: [n, h, terms, channelBlocks], width, margin}, source));
    const filter = packedTextureOf(backend, b, track);
    const texts = shaderOf(info, pass, {most: drawBufferLimit(backend), rowAligned: filter.isRowAligned, epilogue});
    countHit?.(counterNamed(counters, nameOf(pass, texts.variant)));
    const {pad, dilation} = tapGeometry(info);
    const program = {
      text: change(texts).compute,
      samplers: ['source', 'weights'],
      uniforms: {
        ...{pad, dilation, step: pixelStep(info, pass), taps: [info.filterHeight, info.filterWidth]},
        ...{
          sourceShape: [n, h, width, channelBlocks],
          sourceSlabs: uniformOf(source),
          margin: [margin],
          terms: [terms],
        },
      },
    };
    const {tile} = texts;
    const [tiling, inputs] = [tilingOf(result, tile, maxSide), [image, filter.tensor]];
    return runTiled(backend, {program, inputs, result, tiling, drawBuffers: tile.drawBuffers, epilogue}, track);
  });
}

function whyNot(info: Conv2DInfo, pass: Pass): string | undefined {
  const {maxSide} = device();
  const counted = fitsIndexRange(info, maxDividend);
  if (counted !== true) return counted;
  if (info.kind === 'depthwise') return 'it sums over channels, which a depthwise convolution keeps apart';
  if (pass === 'backpropInput' && info.strideHeight * info.strideWidth > 1) return 'dX of pixels apart has gaps';
  const isHeld = rowsPerTextureRow(shapeOf(info, passTensors[pass].output), maxSide) && layoutOf(info, pass, maxSide);
  return isHeld ? undefined : `its textures would be larger than ${maxSide} × ${maxSide}`;
}
