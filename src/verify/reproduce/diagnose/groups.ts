import type {Pass} from '../../../geometry/pass.js';
import {problemInfo} from '../../../geometry/problem.js';
import {agrees, commonFactor} from './agreement.js';
import type {Observation} from './observe.js';
import {positionOf} from './position.js';

/** A way to sort the elements of a result into groups, and a name for some of these groups. */
interface Feature {
  of(position: readonly number[]): number;
  says(values: readonly number[]): string;
}

const mostDrawers = 5;

/**
 * Says what the wrong elements have in common that not all of the right ones have: "only the last column". The first line counts the wrong
 * elements. There is no line if nothing is wrong. Elements may be right by chance, so not every element of a group need be wrong.
 */
export function groupErrors(observation: Observation, pass: Pass): string[] {
  const {got, expected} = observation;
  const {shape, values, terms} = expected;
  if (got.length !== values.length) return [`the result has ${got.length} elements instead of ${values.length}`];
  const isWrong = (i: number) => !agrees(only(observation, i), [values[i]]);
  const wrong: number[][] = [];
  const right: number[][] = [];
  values.forEach((_, i) => {
    if (isWrong(i)) wrong.push(positionOf(i, shape));
    else if (terms[i] > 0) right.push(positionOf(i, shape));
  });
  if (wrong.length === 0) return [];
  const groups = features(observation, pass).flatMap(({of, says}) => {
    const drawers = new Set(wrong.map(of));
    // A long list says nothing.
    if (drawers.size > mostDrawers || !right.some((position) => !drawers.has(of(position)))) return [];
    return [says([...drawers].sort((a, b) => a - b))];
  });
  const factor = commonFactor([observation]);
  return [
    `${wrong.length} of ${values.length} elements are wrong`,
    ...new Set(groups),
    ...(factor === undefined || values.length === 1
      ? []
      : [factor === 0 ? 'all are 0' : `each is ${factor} times its right value`]),
  ];
}

/** The observation of one element. */
function only(observation: Observation, index: number): Observation {
  const {got, expected} = observation;
  const one = {
    values: expected.values.subarray(index, index + 1),
    terms: expected.terms.subarray(index, index + 1),
    magnitudes: expected.magnitudes.subarray(index, index + 1),
  };
  return {...observation, got: [got[index]], expected: {...expected, ...one}};
}

function features({problem, expected: {shape}}: Observation, pass: Pass): Feature[] {
  const [, rows, columns, channels] = shape;
  const line = (axis: number, what: string): Feature => ({
    of: (position) => position[axis],
    says: (found) =>
      found.length === 1 && found[0] === shape[axis] - 1
        ? `only the last ${what}`
        : `only ${what} ${found.join(', ')} of ${shape[axis]}`,
  });
  const modulo = (axis: number, by: number, what: string): Feature[] =>
    by > 1
      ? [
          {
            of: (position) => position[axis] % by,
            says: (found) => `only where ${what} mod ${by} is ${found.join(', ')}`,
          },
        ]
      : [];
  if (pass === 'backpropFilter') {
    const last = problem.kind === 'depthwise' ? 'multiplier' : 'output channel';
    return [
      ...[line(0, 'row of taps'), line(1, 'column of taps'), line(2, 'input channel'), line(3, last)],
      {
        of: ([i, j]) => i * rows + j,
        says: (found) => `only taps ${found.map((tap) => `(${Math.floor(tap / rows)}, ${tap % rows})`).join(' ')}`,
      },
    ];
  }
  const {strideHeight, strideWidth} = problemInfo(problem);
  return [
    ...[line(0, 'image'), line(1, 'row'), line(2, 'column'), line(3, 'channel')],
    {
      of: ([, h, w]) => Math.min(h, w, rows - 1 - h, columns - 1 - w),
      says: (found) => `only at a distance of ${found.join(', ')} from the border`,
    },
    ...(pass === 'backpropInput' ? [...modulo(1, strideHeight, 'h'), ...modulo(2, strideWidth, 'w')] : []),
    ...(channels > 4 ? modulo(3, 4, 'the channel') : []),
    ...(channels > 8 ? modulo(3, 8, 'the channel') : []),
  ];
}
