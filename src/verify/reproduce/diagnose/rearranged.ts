import {shapeOf, type TensorName} from '../../../geometry/pass.js';
import {type Hypothesis, type TensorKind, tensorChange} from './hypothesis.js';
import type {Model} from './model.js';

export type Shape = readonly [number, number, number, number];
type FloatArray = Float32Array | Float64Array;

export const kinds: readonly TensorKind[] = ['x', 'filter', 'y'];

/** The names of the dimensions of a tensor, and of one thing along each. */
export const dimensions: Readonly<Record<TensorKind, readonly [names: readonly string[], things: readonly string[]]>> =
  {
    x: [
      ['N', 'H', 'W', 'C'],
      ['image', 'row', 'column', 'channel'],
    ],
    filter: [
      ['kh', 'kw', 'C', 'F'],
      ['row of taps', 'column of taps', 'input channel', 'output channel'],
    ],
    y: [
      ['N', 'H', 'W', 'C'],
      ['image', 'row', 'column', 'channel'],
    ],
  };

/** The mistake that each element is taken from another index. At an index of −1 there is no element. */
export function rearranged(
  causeOf: (name: TensorName) => string,
  kind: TensorKind,
  from: (shape: Shape, model: Model) => (index: number) => number,
): Hypothesis[] {
  return tensorChange(causeOf, kind, <T extends FloatArray>(values: T, model: Model) => {
    const source = from(shapeOf(model.info, kind), model);
    return values.map((_, i) => {
      const index = source(i);
      return index < 0 || index >= values.length ? model.blank : values[index];
    }) as T;
  });
}

/** The same mistake along one dimension. */
export function along(
  causeOf: (name: TensorName, thing: string) => string,
  from: (at: number, size: number) => number,
  isMeant: (kind: TensorKind, dimension: number) => boolean = () => true,
): Hypothesis[] {
  return kinds.flatMap((kind) =>
    [0, 1, 2, 3].flatMap((dimension) => {
      if (!isMeant(kind, dimension)) return [];
      const thing = dimensions[kind][1][dimension];
      return rearranged(
        (name) => causeOf(name, thing),
        kind,
        (shape) => {
          const step = shape.slice(dimension + 1).reduce((product, size) => product * size, 1);
          return (index) => {
            const at = Math.floor(index / step) % shape[dimension];
            const other = from(at, shape[dimension]);
            return other < 0 || other >= shape[dimension] ? -1 : index + (other - at) * step;
          };
        },
      );
    }),
  );
}
