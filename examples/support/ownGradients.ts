import {type Algorithm, type Conv2DInfo, defineAlgorithm} from 'tfjs-convgrad';
import {everyTerm} from './everyTerm.js';

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
      visitTerms(info, (x, weight, y) => {
        dx[x] += dy[y] * filter[weight];
      });
    },

    backpropFilter(info, x, dy, dFilter) {
      dFilter.fill(0);
      visitTerms(info, (pixel, weight, y) => {
        dFilter[weight] += x[pixel] * dy[y];
      });
    },
  };

  function visitTerms(info: Conv2DInfo, visit: (x: number, weight: number, y: number) => void): void {
    const lastRow = (info.outHeight - 1) * info.strideHeight + (info.filterHeight - 1) * info.dilationHeight;
    const lastColumn = (info.outWidth - 1) * info.strideWidth + (info.filterWidth - 1) * info.dilationWidth;
    const top = padding(info.padTop, lastRow + 1 - info.inHeight);
    const left = padding(info.padLeft, lastColumn + 1 - info.inWidth);
    everyTerm(info, visit, top, left);
  }
}
