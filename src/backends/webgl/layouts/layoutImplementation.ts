import type {TensorInfo} from '@tensorflow/tfjs-core';
import type {Conv2DInfo} from '../../../geometry/conv2dInfo.js';
import type {Pass} from '../../../geometry/pass.js';
import {fusesIn} from '../../epilogue.js';
import type {Implementation, TensorEpilogue} from '../../implementation.js';
import {assertContext, needsWebGL2, type WebGLBackend} from '../device/tfjsBackend.js';

/** The passes that shaders of one layout compute. */
interface LayoutPasses {
  /** Why they do not compute this, in words for users; undefined if they do. */
  whyNot(info: Conv2DInfo, pass: Pass): string | undefined;
  /** See `Implementation`. */
  run(
    backend: WebGLBackend,
    pass: Pass,
    info: Conv2DInfo,
    a: TensorInfo,
    b: TensorInfo,
    epilogue: TensorEpilogue | undefined,
  ): TensorInfo;
}

/** An implementation whose shaders read zeros beside an image, and apply an epilogue themselves. */
export function layoutImplementation(
  algorithm: string,
  own: readonly Pass[],
  {whyNot, run}: LayoutPasses,
): Implementation {
  return {
    ...{algorithm, passes: own, footprint: 'padded' as const},
    supports(info, pass) {
      if (!own.includes(pass)) return `it has no ${pass}`;
      return whyNot(info, pass) ?? needsWebGL2();
    },
    fuses: fusesIn('glsl'),
    run(pass, info, a, b, backend, epilogue) {
      assertContext(backend as WebGLBackend);
      return run(backend as WebGLBackend, pass, info, a, b, epilogue);
    },
  };
}
