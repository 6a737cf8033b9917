/** Floats of zeros and values that may be laid out for each product of a value and a weight. */
const mostForEach = 16;

/**
 * Whether a layout that has room for what lies between and beside the values, under stride, dilation and padding, is in proportion to the products that are
 * computed of it: true, or why not, in words for users.
 * @param floats of the layout
 * @param terms of the sums for one channel of the result
 */
export function isInProportion(floats: number, terms: number): true | string {
  return (
    floats <= mostForEach * terms ||
    `stride, dilation and padding would spread it over ${floats} numbers, for ${terms} that meet a weight`
  );
}
