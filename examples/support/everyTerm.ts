import type {Conv2DInfo} from 'tfjs-convgrad';

/**
 * Visits every product x[…] · filter[…] of the forward convolution with its places in x, filter and y: NHWC, HWIO, NHWC. In a depthwise one,
 * input channel c has M output channels of its own, from c·M on.
 * @param top the zeros above the image, and `left` of it, if not those of the geometry
 */
export function everyTerm(
  info: Conv2DInfo,
  visit: (x: number, weight: number, y: number) => void,
  top = info.padTop,
  left = info.padLeft,
): void {
  const {batch, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, filterHeight, filterWidth} = info;
  const depthwise = info.kind === 'depthwise';
  const depth = depthwise ? outChannels / inChannels : outChannels;
  const {strideHeight, strideWidth, dilationHeight, dilationWidth} = info;
  for (let n = 0; n < batch; n++)
    for (let oh = 0; oh < outHeight; oh++)
      for (let ow = 0; ow < outWidth; ow++)
        for (let i = 0; i < filterHeight; i++)
          for (let j = 0; j < filterWidth; j++) {
            const h = oh * strideHeight - top + i * dilationHeight;
            const w = ow * strideWidth - left + j * dilationWidth;
            if (h < 0 || h >= inHeight || w < 0 || w >= inWidth) continue;
            for (let c = 0; c < inChannels; c++)
              for (let m = 0; m < depth; m++) {
                const x = ((n * inHeight + h) * inWidth + w) * inChannels + c;
                const weight = ((i * filterWidth + j) * inChannels + c) * depth + m;
                const f = depthwise ? c * depth + m : m;
                visit(x, weight, ((n * outHeight + oh) * outWidth + ow) * outChannels + f);
              }
          }
}
