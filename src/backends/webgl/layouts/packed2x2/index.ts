import {counterNamed, countHit, makeCounters} from '../../../../engine/coverageCounter.js';
import type {Conv2DInfo, Kind} from '../../../../geometry/conv2dInfo.js';
import {fitsIndexRange} from '../../../../geometry/indexRange.js';
import {filterDepth, type Pass, passes, passTensors, shapeOf, sizeOf} from '../../../../geometry/pass.js';
import type {Implementation} from '../../../implementation.js';
import {costFrom} from '../../cost.js';
import {device} from '../../device/tfjsBackend.js';
import {drawBufferCounts, drawBufferLimit} from '../../draw/drawBuffers.js';
import {maxDividend} from '../../draw/glsl.js';
import {runFilterGradient} from '../../filterGradient/runPacked2x2.js';
import {filterGradientTileOf, pairsTaps, sliceGridOf} from '../../filterGradient/tile.js';
import {packedTextureOf} from '../../texture/packedTexture.js';
import {rowsPerTextureRow} from '../../texture/rectangles.js';
import {withScratch} from '../../texture/scratch.js';
import {layoutImplementation} from '../layoutImplementation.js';
import {launchesOf} from './cost.js';
import {runDepthwise, runPointwise} from './run.js';
import {type Packed2x2Shaders, shadersOf, variantsOf} from './shaders.js';

const kinds: readonly Kind[] = ['dense', 'depthwise'];
const nameOf = (kind: Kind, pass: Pass, variant: string) => `packed2x2 ${kind} ${pass}, ${variant}`;

/** Count the runs of each variant of the shaders. */
const counters = makeCounters(
  kinds.flatMap((kind) => passes.flatMap((pass) => variantsOf(kind, pass).map((name) => nameOf(kind, pass, name)))),
);

/** The most taps in a row whose pixels fit into registers. */
const maxTaps = 8;

/**
 * Passes that read tfjs's textures as they lie, with two pixels × two channels in a texel. They keep a row's pixels for all taps that meet
 * them. They pack nothing first. Afterwards they only sum dFilter's slices, and copy rectangles of draw buffers into the result.
 *
 * Limits: adjacent taps, at most {@link maxTaps} in a row, and pixels at most two apart. Zeros beside an image take part in products, so an
 * infinite weight makes them NaN.
 */
export const packed2x2: Implementation = {
  ...packed2x2Implementation('packed2x2', (texts) => texts),
  ...costFrom(launchesOf),
  counters,
};

/**
 * An implementation of packed2x2.
 * @param change returns the shaders to run for a pass, given the original ones
 */
export function packed2x2Implementation(
  algorithm: string,
  change: (texts: Packed2x2Shaders, pass: Pass) => Packed2x2Shaders,
  own: readonly Pass[] = passes,
): Implementation {
  return layoutImplementation(algorithm, own, {
    whyNot,
    run(backend, pass, info, a, b, epilogue) {
      return withScratch(backend, (track) => {
        const [first, second] = [packedTextureOf(backend, a, track), packedTextureOf(backend, b, track)];
        const rowAligned = [first.isRowAligned, second.isRowAligned] as const;
        const texts = shadersOf(info, pass, {most: drawBufferLimit(backend), rowAligned, epilogue});
        countHit?.(counterNamed(counters, nameOf(info.kind, pass, texts.variant)));
        const inputs = [first.tensor, second.tensor];
        const given = {backend, texts: change(texts, pass), info, pass, inputs, epilogue, track};
        if (pass === 'backpropFilter') return runFilterGradient(given);
        return info.kind === 'dense' ? runPointwise(given) : runDepthwise(given);
      });
    },
  });
}

function whyNot(info: Conv2DInfo, pass: Pass): string | undefined {
  if (info.kind === 'depthwise' && filterDepth(info) > 1) {
    return 'a channel multiplier above 1 spreads a pair of channels over several';
  }
  const counted = fitsIndexRange(info, maxDividend);
  if (counted !== true) return counted;
  if (info.kind === 'dense' && pass !== 'backpropFilter') return whyNotPointwise(info, pass);
  if (Math.max(sizeOf(info, 'filter'), info.batch * Math.max(info.inHeight, info.outHeight)) > maxDividend) {
    return `it has more than ${maxDividend} weights or rows of pixels`;
  }
  if (info.filterWidth > maxTaps) return `a row of more than ${maxTaps} taps does not fit into registers`;
  if (info.filterWidth > 1 && info.dilationWidth > 1) return 'the taps of a row do not lie side by side';
  if (pass === 'backpropFilter') {
    const limits = device();
    const isHeld = pairsTaps(info) || rowsPerTextureRow(shapeOf(info, 'dFilter'), limits.maxSide) === 1;
    if (!isHeld || drawBufferCounts.some((most) => !sliceGridOf(info, filterGradientTileOf(info, most), limits))) {
      return `its sums do not fit into a texture of ${limits.maxSide} × ${limits.maxSide}`;
    }
  }
  return info.strideWidth > 2 ? 'its pixels lie more than 2 apart' : undefined;
}

function whyNotPointwise(info: Conv2DInfo, pass: Pass): string | undefined {
  if (info.filterHeight * info.filterWidth > 1 || info.padTop > 0 || info.padLeft > 0) {
    return 'beside dFilter it computes dense convolutions of single pixels without padding only';
  }
  const {maxSide} = device();
  return rowsPerTextureRow(shapeOf(info, passTensors[pass].output), maxSide)
    ? undefined
    : `its result does not fit into a texture of ${maxSide} × ${maxSide}`;
}
