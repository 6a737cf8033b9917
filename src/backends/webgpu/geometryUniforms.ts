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
