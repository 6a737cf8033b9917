import type {Model} from './model.js';
import type {ProductTerm} from './termMap.js';

/** A coordinate by which terms are sorted, with its name. */
type Coordinate = readonly [name: string, of: (term: ProductTerm) => number];

const coordinates: readonly Coordinate[] = [
  ['image', ({y}) => y[0]],
  ['output row', ({y}) => y[1]],
  ['output column', ({y}) => y[2]],
  ['output channel', ({y}) => y[3]],
  ['tap row', ({filter}) => filter[0]],
  ['tap column', ({filter}) => filter[1]],
  ['input row', ({x}) => x[1]],
  ['input column', ({x}) => x[2]],
  ['input channel', ({x}) => x[3]],
];

/** How far an extra term reads from the place to which its window and its tap lead. */
function shiftsOf({rows: {axis: r}, columns: {axis: c}}: Model): readonly Coordinate[] {
  return [
    ['rows too far down', ({x, y, filter}) => x[1] - (y[1] * r.stride - r.before + filter[0] * r.dilation)],
    ['columns too far right', ({x, y, filter}) => x[2] - (y[2] * c.stride - c.before + filter[1] * c.dilation)],
    ['images too far', ({x, y}) => x[0] - y[0]],
    ['input channels too far', ({x, filter}) => x[3] - filter[2]],
    ['output channels too far', ({y, filter}) => y[3] - filter[3]],
  ];
}

const mostValues = 3;

/** Says which products are missing, doubled or extra, and what they have in common that not all products have. */
export function describeTerms(terms: readonly ProductTerm[], model: Model): string[] {
  const due = terms.filter(({want}) => want > 0);
  const isPart = ({got, want}: ProductTerm) => got > 0 && got < 1 && want === 1;
  const parts = [...new Set(terms.filter(isPart).map(({got}) => Number(got.toPrecision(6))))].sort((a, b) => a - b);
  const kinds: readonly [string, (term: ProductTerm) => boolean][] = [
    ['missing', ({got, want}) => got === 0 && want === 1],
    [parts.length > mostValues ? 'counted in part' : `counted ${parts.join(', ')} times`, isPart],
    ['counted more than once', ({got, want}) => got > 1 && want === 1],
    ['counted with the wrong sign', ({got, want}) => got < 0 && want === 1],
    ['extra', ({got, want}) => got !== 0 && want === 0],
  ];
  return kinds.flatMap(([kind, isOf]) => {
    const wrong = terms.filter(isOf);
    if (wrong.length === 0) return [];
    const common = coordinates.flatMap(([name, of]) => {
      const values = valuesOf(wrong, of);
      const isAll = valuesOf(due, of).every((value) => values.includes(value));
      return values.length > mostValues || isAll ? [] : [`${name} ${values.join(', ')}`];
    });
    const shifts = kind === 'extra' ? shiftsOf(model) : [];
    const shifted = shifts.flatMap(([name, of]) => {
      const values = valuesOf(wrong, of);
      return values.length > mostValues || values.join() === '0' ? [] : [`${values.join(', ')} ${name}`];
    });
    const where = [...common, ...shifted].join(', ');
    return [`${wrong.length} products are ${kind} where ${due.length} are due${where && ` (all with ${where})`}`];
  });
}

function valuesOf(terms: readonly ProductTerm[], of: Coordinate[1]): number[] {
  return [...new Set(terms.map(of))].sort((a, b) => a - b);
}
