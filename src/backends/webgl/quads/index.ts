import type {TensorInfo} from '@tensorflow/tfjs';
import {countHit, makeParts} from '../../../engine/part.js';
import type {Conv2DInfo, Kind} from '../../../geometry/conv2dInfo.js';
import {fittedTo} from '../../../geometry/farthest.js';
import {filterDepth, type Pass, passes, passTensors, shapeOf} from '../../../geometry/pass.js';
import {stepsOf} from '../../gpu/steps.js';
import {isPerChannel} from '../../host/epilogue.js';
import type {Fusion, Implementation} from '../../implementation.js';
import {counted} from '../cost.js';
import {holding} from '../holding.js';
import {joined} from '../rectangles.js';
import {mostDivided} from '../shared.js';
import {runTargets} from '../targets.js';
import {assertContext, device, needsWebGL2, type WebGLBackend} from '../tfjsBackend.js';
import {uniformOf} from './bands.js';
import {launchesOf} from './cost.js';
import {type Layout, layoutOf, quadsOf} from './layout.js';
import {runPack} from './pack.js';
import {type Texts, textsOf, variantsOf} from './texts.js';
import {runUnpack} from './unpack.js';

const kinds: readonly Kind[] = ['dense', 'depthwise'];
const nameOf = (kind: Kind, pass: Pass, variant: string) => `quads ${kind} ${pass}, ${variant}`;

/** The variants of the shaders. */
export const parts = makeParts(
  kinds.flatMap((kind) => passes.flatMap((pass) => variantsOf(kind, pass).map((name) => nameOf(kind, pass, name)))),
);

/**
 * All passes on quads, texels of four channels: inputs are packed into them, a fragment computes four of them at once, and the results go back
 * into tfjs's order. So a fragment fetches 8 texels for 64 products, where tfjs's packed kernels fetch 2 for 8.
 *
 * Limits: depthwise convolutions with a multiplier are left to `direct`. Beside the result it holds copies of both inputs and four textures of a
 * quarter of the result, dFilter's as often as it is cut into slices. Zeros beside an image are products: an infinite weight makes them NaN.
 */
export const quads: Implementation = {
  ...byQuads('quads', (texts) => texts),
  ...counted((info, pass) => launchesOf(fittedTo(info, mostDivided) as Conv2DInfo, pass)),
};

/** An implementation on quads. @param change what is made of the shaders of each pass */
export function byQuads(
  algorithm: string,
  change: (texts: Texts, pass: Pass) => Texts,
  own: readonly Pass[] = passes,
): Implementation {
  return {
    ...{algorithm, passes: own, footprint: 'padded' as const},
    supports(info, pass) {
      if (!own.includes(pass)) return `it has no ${pass}`;
      if (info.kind === 'depthwise' && filterDepth(info) > 1) {
        return 'a channel multiplier above 1 spreads a quad of channels over several';
      }
      const fitted = fittedTo(info, mostDivided);
      if (typeof fitted === 'string') return fitted;
      const {maxSide, fragments} = device();
      if (needsWebGL2() !== true) return needsWebGL2();
      if (layoutOf(fitted, pass, maxSide, fragments)) return true;
      return `its textures would be larger than ${maxSide} × ${maxSide}`;
    },
    fuses: isPerChannel,
    run(pass, asked, a, b, backend, fusion) {
      const info = fittedTo(asked, mostDivided) as Conv2DInfo;
      assertContext(backend as WebGLBackend);
      const texts = textsOf(info, pass, fusion);
      countHit(parts, nameOf(info.kind, pass, texts.variant));
      return runTexts(change(texts, pass), pass, info, a, b, backend as WebGLBackend, fusion);
    },
  };
}

function runTexts(
  {packA, packB, compute, unpack}: Texts,
  pass: Pass,
  info: Conv2DInfo,
  a: TensorInfo,
  b: TensorInfo,
  backend: WebGLBackend,
  fusion: Partial<Fusion> = {},
): TensorInfo {
  const {maxSide, fragments} = device();
  const layout = layoutOf(info, pass, maxSide, fragments) as Layout;
  return holding(backend, (hold) => {
    const image = (text: string, tensor: TensorInfo, name: 'x' | 'dy', bands: Layout['a'], margin = 0) => {
      const [n, h, width, c] = shapeOf(info, name);
      return hold(runPack(backend, text, tensor, {shape: [n, h, c, quadsOf(c)], width, margin}, bands));
    };
    const filter = () => {
      const [kh, kw, c, f] = shapeOf(info, 'filter');
      const across = quadsOf(pass === 'forward' ? f : c);
      return hold(
        runPack(backend, packB, {...b, shape: [1, kh * kw, c, f]}, {shape: [kh * kw, c, f, across]}, layout.b),
      );
    };
    const isForward = pass === 'forward';
    const inputs =
      pass === 'backpropFilter'
        ? [image(packA, a, 'x', layout.a, layout.margin), image(packB, b, 'dy', layout.b)]
        : [image(packA, a, isForward ? 'x' : 'dy', layout.a, layout.margin), filter()];
    const {samplers, uniforms} = inputsOf(info, pass, layout);
    const targets = runTargets(backend, {text: compute, samplers, uniforms}, inputs, layout.result.size).map(hold);
    const whole = hold(joined(backend, targets, layout.result.size));
    const numbers = {
      ...{groups: layout.groups, slices: layout.slices},
      quads: quadsOf(isForward ? info.outChannels : info.inChannels),
      stride: pass === 'backpropInput' ? uniforms.stride : [1, 1],
    };
    return runUnpack(backend, unpack, fusion, whole, shapeOf(info, passTensors[pass].output), layout.result, numbers);
  });
}

/** The names by which the computing shader of a pass knows its textures and sizes. */
function inputsOf(
  info: Conv2DInfo,
  pass: Pass,
  layout: Layout,
): {samplers: string[]; uniforms: Record<string, number[]>} {
  const {batch, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels} = info;
  const x = [batch, inHeight, inWidth, quadsOf(inChannels)];
  const y = [batch, outHeight, outWidth, quadsOf(outChannels)];
  const {a, b, result, groups, margin, slices, sliceRows} = layout;
  const shared = {
    ...stepsOf(info),
    ...{taps: [info.filterHeight, info.filterWidth], resultBands: uniformOf(result)},
  };
  if (pass === 'backpropFilter') {
    const shapes = {xShape: x, dyShape: y, xBands: uniformOf(a), dyBands: uniformOf(b)};
    const resultShape = [slices, 0, 0, quadsOf(inChannels)];
    return {
      samplers: ['x', 'dy'],
      uniforms: {...shared, ...shapes, resultShape, sliceRows: [sliceRows]},
    };
  }
  const [sourceShape, resultShape] = pass === 'forward' ? [x, y] : [y, x];
  return {
    samplers: ['source', 'weights'],
    uniforms: {
      ...{...shared, sourceShape, resultShape, sourceBands: uniformOf(a)},
      ...{groups: [groups], margin: [margin]},
    },
  };
}
