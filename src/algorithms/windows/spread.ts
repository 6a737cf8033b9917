/** The most floats, zeros included, that a layout may have for each product of a value and a weight. */
const mostForEach = 16;

/**
 * Whether the size of a layout is in proportion to the products that are computed from it. Stride, dilation and padding can add
 * much room between and beside the values.
 * @param floats of the layout
 * @param terms of the sums for one channel of the result
 * @returns true, or why not, in words for users
 */
export function isInProportion(floats: number, terms: number): true | string {
  return (
    floats <= mostForEach * terms ||
    `stride, dilation and padding would spread it over ${floats} numbers for only ${terms} products`
  );
}
