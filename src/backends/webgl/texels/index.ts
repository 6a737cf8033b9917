import {countHit, makeParts} from '../../../engine/part.js';
import type {Conv2DInfo, Kind} from '../../../geometry/conv2dInfo.js';
import {isWithin} from '../../../geometry/farthest.js';
import {filterDepth, type Pass, passes, passTensors, shapeOf, sizeOf} from '../../../geometry/pass.js';
import {isPerChannel} from '../../host/epilogue.js';
import type {Implementation} from '../../implementation.js';
import {counted} from '../cost.js';
import {holding} from '../holding.js';
import {abreastOf} from '../rectangles.js';
import {mostDivided} from '../shared.js';
import {sourceOf} from '../source.js';
import {mostTargetsOf, targetCounts} from '../targets.js';
import {assertContext, device, needsWebGL2, type WebGLBackend} from '../tfjsBackend.js';
import {launchesOf} from './cost.js';
import {runDepthwise, runPointwise} from './run.js';
import {runOuter} from './runOuter.js';
import {type Texts, textsOf, variantsOf} from './texts.js';
import {gridOf, pairsTaps, tileOf} from './tile.js';

const kinds: readonly Kind[] = ['dense', 'depthwise'];
const nameOf = (kind: Kind, pass: Pass, variant: string) => `texels ${kind} ${pass}, ${variant}`;

/** The variants of the shaders. */
export const parts = makeParts(
  kinds.flatMap((kind) => passes.flatMap((pass) => variantsOf(kind, pass).map((name) => nameOf(kind, pass, name)))),
);

/** A row of more taps would not fit into registers. */
const mostTaps = 8;

/**
 * Passes that read the textures of tfjs as they lie, two pixels × two channels a texel, and keep a row's pixels for all taps that meet them: nothing is
 * packed before, and nothing but the slices of dFilter is put together afterwards.
 *
 * Limits: taps side by side, at most {@link mostTaps} in a row, and pixels at most two apart. Zeros beside an image are products: an infinite weight
 * makes them NaN.
 */
export const texels: Implementation = {...byTexels('texels', (texts) => texts), ...counted(launchesOf)};

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
      return holding(webgl, (hold) => {
        const [first, second] = [sourceOf(webgl, a, hold), sourceOf(webgl, b, hold)];
        const plain = [first.isPlain, second.isPlain] as const;
        const texts = textsOf(info, pass, {most: mostTargetsOf(webgl), plain, fusion});
        countHit(parts, nameOf(info.kind, pass, texts.variant));
        const given = {
          backend: webgl,
          texts: change(texts, pass),
          info,
          pass,
          inputs: [first.tensor, second.tensor],
          fusion,
          hold,
        };
        if (pass === 'backpropFilter') return runOuter(given);
        return info.kind === 'dense' ? runPointwise(given) : runDepthwise(given);
      });
    },
  };
}

function whyNot(info: Conv2DInfo, pass: Pass): string | undefined {
  if (info.kind === 'depthwise' && filterDepth(info) > 1) {
    return 'a channel multiplier above 1 spreads a pair of channels over several';
  }
  const counted = isWithin(info, mostDivided);
  if (counted !== true) return counted;
  if (info.kind === 'dense' && pass !== 'backpropFilter') return whyNotPointwise(info, pass);
  if (Math.max(sizeOf(info, 'filter'), info.batch * Math.max(info.inHeight, info.outHeight)) > mostDivided) {
    return `it has more than ${mostDivided} weights or rows of pixels`;
  }
  if (info.filterWidth > mostTaps) return `a row of more than ${mostTaps} taps does not fit into registers`;
  if (info.filterWidth > 1 && info.dilationWidth > 1) return 'the taps of a row do not lie side by side';
  if (pass === 'backpropFilter') {
    const limits = device();
    const isHeld = pairsTaps(info) || abreastOf(shapeOf(info, 'dFilter'), limits.maxSide) === 1;
    if (!isHeld || targetCounts.some((most) => !gridOf(info, tileOf(info, most), limits))) {
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
  return abreastOf(shapeOf(info, passTensors[pass].output), maxSide)
    ? undefined
    : `its result does not fit into a texture of ${maxSide} × ${maxSide}`;
}
