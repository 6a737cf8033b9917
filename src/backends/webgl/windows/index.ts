import type {TensorInfo} from '@tensorflow/tfjs';
import {countHit, makeParts} from '../../../engine/part.js';
import type {Conv2DInfo} from '../../../geometry/conv2dInfo.js';
import {isWithin} from '../../../geometry/farthest.js';
import {type Pass, passTensors, shapeOf} from '../../../geometry/pass.js';
import {stepsOf} from '../../gpu/steps.js';
import {isPerChannel} from '../../host/epilogue.js';
import type {Fusion, Implementation} from '../../implementation.js';
import {counted} from '../cost.js';
import {cutOf, runCut} from '../cut.js';
import {holding} from '../holding.js';
import {uniformOf} from '../quads/bands.js';
import {quadsOf} from '../quads/layout.js';
import {packImage, runPack} from '../quads/pack.js';
import {abreastOf} from '../rectangles.js';
import {mostDivided} from '../shared.js';
import {sourceOf} from '../source.js';
import {mostTargetsOf} from '../targets.js';
import {assertContext, device, needsWebGL2, type WebGLBackend} from '../tfjsBackend.js';
import {launchesOf} from './cost.js';
import {type Layout, layoutOf, stepOf} from './layout.js';
import {type Texts, textsOf, variants} from './texts.js';

const own: readonly Pass[] = ['forward', 'backpropInput'];
const nameOf = (pass: Pass, variant: string) => `windows ${pass}, ${variant}`;

/** The variants of the shader. */
export const parts = makeParts(own.flatMap((pass) => variants.map((variant) => nameOf(pass, variant))));

/**
 * Dense passes of the source in quads with zeros around it, and of the filter and the result as tfjs has them: packing the filter and unpacking the
 * result, which `quads` does, take as long as the products of a layer with few pixels.
 *
 * Limits: dX without stride. Zeros around an image are products: an infinite weight makes them NaN.
 */
export const windows: Implementation = {...byWindows('windows', (texts) => texts), ...counted(launchesOf)};

/** An implementation on windows. @param change what is made of the shader of each pass */
export function byWindows(
  algorithm: string,
  change: (texts: Texts, pass: Pass) => Texts,
  passes: readonly Pass[] = own,
): Implementation {
  return {
    ...{algorithm, passes, footprint: 'padded' as const},
    supports(info, pass) {
      if (!passes.includes(pass)) return `it has no ${pass}`;
      return whyNot(info, pass) ?? needsWebGL2();
    },
    fuses: isPerChannel,
    run(pass, info, a, b, backend, fusion) {
      assertContext(backend as WebGLBackend);
      return run((texts) => change(texts, pass), pass, info, a, b, backend as WebGLBackend, fusion);
    },
  };
}

function run(
  change: (texts: Texts) => Texts,
  pass: Pass,
  info: Conv2DInfo,
  a: TensorInfo,
  b: TensorInfo,
  backend: WebGLBackend,
  fusion?: Fusion,
): TensorInfo {
  const {maxSide} = device();
  const {source, margin} = layoutOf(info, pass, maxSide) as Layout;
  const [n, h, width, terms] = shapeOf(info, passTensors[pass].inputs[0]);
  const quads = quadsOf(terms);
  const result = shapeOf(info, passTensors[pass].output);
  return holding(backend, (hold) => {
    const image = hold(runPack(backend, packImage, a, {shape: [n, h, terms, quads], width, margin}, source));
    const filter = sourceOf(backend, b, hold);
    const texts = textsOf(info, pass, {most: mostTargetsOf(backend), plain: filter.isPlain, fusion});
    countHit(parts, nameOf(pass, texts.variant));
    const {pad, dilation} = stepsOf(info);
    const program = {
      text: change(texts).compute,
      samplers: ['source', 'weights'],
      uniforms: {
        ...{pad, dilation, step: stepOf(info, pass), taps: [info.filterHeight, info.filterWidth]},
        ...{sourceShape: [n, h, width, quads], sourceBands: uniformOf(source), margin: [margin], terms: [terms]},
      },
    };
    const {block} = texts;
    const [cut, inputs] = [cutOf(result, block, maxSide), [image, filter.tensor]];
    return runCut(backend, {program, inputs, result, cut, targets: block.targets, fusion}, hold);
  });
}

function whyNot(info: Conv2DInfo, pass: Pass): string | undefined {
  const {maxSide} = device();
  const counted = isWithin(info, mostDivided);
  if (counted !== true) return counted;
  if (info.kind === 'depthwise') return 'it sums over channels, which a depthwise convolution keeps apart';
  if (pass === 'backpropInput' && info.strideHeight * info.strideWidth > 1) return 'dX of pixels apart has gaps';
  const isHeld = abreastOf(shapeOf(info, passTensors[pass].output), maxSide) && layoutOf(info, pass, maxSide);
  return isHeld ? undefined : `its textures would be larger than ${maxSide} × ${maxSide}`;
}
