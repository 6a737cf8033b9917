import {type Algorithm, type Conv2DInfo, defineAlgorithm} from 'tfjs-convgrad';

type Gradients = Pick<Algorithm, 'name'> & Partial<Algorithm>;

/** Suppose that you wrote the two backward passes of a convolution: plain loops over the definition. */
export const mine = gradients('mine', (before) => before);

/** The same with a slip: an odd row of zeros goes above the image, where SAME padding puts it below. Most sizes have none. */
export const mineSymmetric = gradients('mine-symmetric', (before, all) => (all > 0 ? Math.ceil(all / 2) : before));

// From here on they have a name, as convgrad's own algorithms have.
defineAlgorithm(mine);
defineAlgorithm(mineSymmetric);

/** @param padding the zeros before a line of the input, made of convgrad's answer and of all zeros that the windows reach on both sides */
function gradients(name: string, padding: (before: number, all: number) => number): Gradients {
  return {
    name,
    backpropInput(info, dy, filter, dx) {
      dx.fill(0); // it comes with anything in it
      everyTerm(info, (x, weight, y) => {
        dx[x] += dy[y] * filter[weight];
      });
    },

    backpropFilter(info, x, dy, dFilter) {
      dFilter.fill(0);
      everyTerm(info, (pixel, weight, y) => {
        dFilter[weight] += x[pixel] * dy[y];
      });
    },
  };

  /** Visits every product x[…] · filter[…] of the forward convolution with its places in x, filter and y: NHWC, HWIO, NHWC. */
  function everyTerm(info: Conv2DInfo, visit: (x: number, weight: number, y: number) => void): void {
    const {batch, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, filterHeight, filterWidth} = info;
    const {strideHeight, strideWidth, dilationHeight, dilationWidth, padTop, padLeft} = info;
    const lastRow = (outHeight - 1) * strideHeight + (filterHeight - 1) * dilationHeight;
    const lastColumn = (outWidth - 1) * strideWidth + (filterWidth - 1) * dilationWidth;
    const top = padding(padTop, lastRow + 1 - inHeight);
    const left = padding(padLeft, lastColumn + 1 - inWidth);
    for (let n = 0; n < batch; n++)
      for (let oh = 0; oh < outHeight; oh++)
        for (let ow = 0; ow < outWidth; ow++)
          for (let i = 0; i < filterHeight; i++)
            for (let j = 0; j < filterWidth; j++) {
              const h = oh * strideHeight - top + i * dilationHeight;
              const w = ow * strideWidth - left + j * dilationWidth;
              if (h < 0 || h >= inHeight || w < 0 || w >= inWidth) continue;
              for (let c = 0; c < inChannels; c++)
                for (let f = 0; f < outChannels; f++) {
                  const x = ((n * inHeight + h) * inWidth + w) * inChannels + c;
                  const weight = ((i * filterWidth + j) * inChannels + c) * outChannels + f;
                  visit(x, weight, ((n * outHeight + oh) * outWidth + ow) * outChannels + f);
                }
            }
  }
}
