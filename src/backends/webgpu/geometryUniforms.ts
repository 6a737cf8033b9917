import type {Conv2DInfo} from '../../geometry/conv2dInfo.js';
import {channelStep, filterDepth} from '../../geometry/pass.js';
import {tapGeometry} from '../gpu/tapGeometry.js';
import type {Uniforms} from './step.js';

/** The geometry as uniforms for shaders: [height, width] pairs, [input, output] channels, or single numbers. */
export function geometryUniforms(info: Conv2DInfo): Uniforms {
  return {
    inSize: [info.inHeight, info.inWidth],
    outSize: [info.outHeight, info.outWidth],
    filterSize: [info.filterHeight, info.filterWidth],
    ...tapGeometry(info),
    channels: [info.inChannels, info.outChannels],
    batch: [info.batch],
    depth: [filterDepth(info)],
    channelStep: [channelStep(info)],
  };
}

/** WGSL that the shaders share. Integer division rounds towards zero in WGSL, so no dividend here is negative. */
export const tapRanges = `
  // The steps t in [0, count) with 0 <= start + t * step < size, as [x, y).
  fn stepsInside(start: i32, step: i32, count: i32, size: i32) -> vec2<i32> {
    let begin = max(0, step - 1 - start) / step;
    let end = max(0, size - start + step - 1) / step;
    return vec2<i32>(begin, min(count, end));
  }

  // The taps t = x, x + tapStep, ... < y through which an output in [0, size) reads the input at reach - pad. That
  // output is (reach - t * dilation) / stride.
  fn tapsReaching(reach: i32, stride: i32, dilation: i32, tapStep: i32, count: i32, size: i32) -> vec2<i32> {
    let first = max(0, reach - (size - 1) * stride + dilation - 1) / dilation;
    let end = min(count, reach / dilation + 1);
    for (var t = first; t < min(end, first + tapStep); t++) {
      if ((reach - t * dilation) % stride == 0) {
        return vec2<i32>(t, end);
      }
    }
    return vec2<i32>(0, 0);
  }
`;
