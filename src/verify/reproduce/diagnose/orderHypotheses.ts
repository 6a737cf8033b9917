import type {TensorName} from '../../../geometry/pass.js';
import {type Hypothesis, plural, rare, type TensorKind} from './hypothesis.js';
import {along, dimensions, kinds, rearranged, type Shape} from './rearranged.js';

const orders: readonly Shape[] = [0, 1, 2, 3].flatMap((a) =>
  [0, 1, 2, 3].flatMap((b) =>
    [0, 1, 2, 3].flatMap((c) => {
      const d = 6 - a - b - c;
      const order = [a, b, c, d] as const;
      return new Set(order).size === 4 && order.some((dimension, i) => dimension !== i) ? [order] : [];
    }),
  ),
);

/** The index of an element when the dimensions are in the given order. */
function indexIn(order: Shape, shape: Shape): (index: number) => number {
  const steps = [0, 0, 0, 0];
  let step = 1;
  for (const dimension of [...order].reverse()) {
    steps[dimension] = step;
    step *= shape[dimension];
  }
  const [, b, c, d] = shape;
  return (i) =>
    Math.floor(i / (b * c * d)) * steps[0] +
    (Math.floor(i / (c * d)) % b) * steps[1] +
    (Math.floor(i / d) % c) * steps[2] +
    (i % d) * steps[3];
}

function inverse(from: (index: number) => number, length: number): (index: number) => number {
  const to = new Int32Array(length);
  for (let i = 0; i < length; i++) to[from(i)] = i;
  return (index) => to[index];
}

/** The orders that occur in practice. */
const common: Readonly<Record<TensorKind, readonly string[]>> = {
  x: ['0312', '0213'],
  filter: ['0132', '1023', '3201'],
  y: ['0312', '0213'],
};

const reordered: readonly Hypothesis[] = kinds.flatMap((kind) =>
  orders.flatMap((order) => {
    const [names] = dimensions[kind];
    const causeOf = (name: TensorName) =>
      `${name} laid out as [${order.map((dimension) => names[dimension]).join(', ')}] instead of [${names.join(', ')}]`;
    const both = [
      ...rearranged(causeOf, kind, (shape) => indexIn(order, shape)),
      ...rearranged(causeOf, kind, (shape) =>
        inverse(
          indexIn(order, shape),
          shape.reduce((a, b) => a * b, 1),
        ),
      ),
    ];
    return common[kind].includes(order.join('')) ? both : rare(both);
  }),
);

const reversed = (name: TensorName, thing: string) => `the ${plural(thing)} of ${name} reversed`;
const backwards = (at: number, size: number) => size - 1 - at;
const images = (kind: TensorKind, dimension: number) => kind !== 'filter' && dimension === 0;
/** Reversed taps are a mistake about an axis, so they are left out here. */
const notTaps = (kind: TensorKind, dimension: number) => kind !== 'filter' || dimension > 1;

/** Mistakes that take one element of a tensor for another. */
export const orderHypotheses: readonly Hypothesis[] = [
  ...reordered,
  ...along(reversed, backwards, (_, dimension) => dimension === 3),
  ...rare(along(reversed, backwards, (kind, dimension) => dimension !== 3 && notTaps(kind, dimension))),
  ...along(
    () => 'each image of the batch read as the first',
    () => 0,
    images,
  ),
  ...rare(
    along(
      (name, thing) => `each ${thing} of ${name} read as the first`,
      () => 0,
      (...which) => !images(...which),
    ),
  ),
  ...[1, -1].flatMap((by) => {
    const where = by > 0 ? 'next' : 'previous';
    return rare([
      ...along(
        (name, thing) => `each ${thing} of ${name} read as the ${where} one`,
        (at) => at + by,
      ),
      ...along(
        (name, thing) => `each ${thing} of ${name} read as the ${where} one, wrapping around`,
        (at, size) => (at + by + size) % size,
      ),
      ...along(
        (name, thing) => `each ${thing} of ${name} read as the ${where} one, clamped at the end`,
        (at, size) => Math.min(Math.max(at + by, 0), size - 1),
      ),
      ...kinds.flatMap((kind) =>
        rearranged(
          (name) => `each element of ${name} read as the ${where} one in memory`,
          kind,
          () => (i) => i + by,
        ),
      ),
    ]);
  }),
];
