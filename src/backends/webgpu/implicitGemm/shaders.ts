import {type CoverageCounter, makeCounters} from '../../../engine/coverageCounter.js';
import type {Pass} from '../../../geometry/pass.js';
import type {Shader} from '../step.js';
import {backpropFilter} from './backpropFilter.js';
import {backpropFilterFewChannels} from './backpropFilterFewChannels.js';
import {
  backpropInput,
  backpropInputFewChannels,
  transposeFilterByFoursCode,
  transposeFilterCode,
} from './backpropInput.js';
import {forward} from './forward.js';
import type {Variant} from './variant.js';

/** What a tile belongs to: a pass, or a gradient for C below 4. */
export type Name = Pass | 'backpropInputFewChannels' | 'backpropFilterFewChannels';

type Size = `${number}×${number}`;

/** The tiles of each, as rows×columns. Those in `fours` load four channels at a time, those in `ones` a single one. */
const variants: Readonly<Record<Name, {fours: readonly Size[]; ones: readonly Size[]}>> = {
  forward: {fours: ['8×16', '8×8', '8×4'], ones: ['8×8', '8×4']},
  backpropInput: {fours: ['8×16', '8×8', '8×4'], ones: ['8×8', '8×4']},
  backpropInputFewChannels: {fours: ['8×1', '8×3'], ones: ['8×1', '8×3']},
  backpropFilter: {fours: ['16×16', '16×8', '8×16', '8×8', '8×4'], ones: ['8×8', '8×4']},
  backpropFilterFewChannels: {fours: ['9×16', '9×8'], ones: ['9×8', '9×4']},
};

/**
 * Their code and its inputs. `components` are the floats in one load of each input and in one store of the result, if channels go by fours.
 */
const codes: Readonly<
  Record<Name, {code(variant: Variant): string; inputs: string[]; components: readonly [number, number, number]}>
> = {
  forward: {code: forward, inputs: ['x', 'Filter'], components: [4, 4, 4]},
  backpropInput: {code: backpropInput, inputs: ['dy', 'transposed'], components: [4, 4, 4]},
  backpropInputFewChannels: {code: backpropInputFewChannels, inputs: ['dy', 'Filter'], components: [4, 4, 1]},
  backpropFilter: {code: backpropFilter, inputs: ['x', 'dy'], components: [4, 4, 4]},
  backpropFilterFewChannels: {code: backpropFilterFewChannels, inputs: ['x', 'dy'], components: [1, 4, 4]},
};

const tiles = new Map<string, Shader>();
for (const [name, {fours, ones}] of Object.entries(variants) as [Name, (typeof variants)[Name]][]) {
  for (const size of fours) addTile(name, size, true);
  for (const size of ones) addTile(name, size, false);
}

function addTile(name: Name, size: Size, fours: boolean): void {
  const {code, inputs, components} = codes[name];
  const [rows, columns] = size.split('×').map(Number);
  const key = keyOf(name, {rows, columns, fours});
  const [ofRows, ofColumns] = fours ? components : [1, 1];
  const shader = {
    ...shaderOf(key, code({rows, columns, fours} as Variant), inputs, fours ? components : []),
    term: {sums: rows * columns, loads: [rows / ofRows, columns / ofColumns]},
  };
  tiles.set(key, name === 'forward' ? {...shader, epilogue: fours ? 'vec4<f32>' : 'f32'} : shader);
}

function keyOf(name: Name, {rows, columns, fours}: Record<'rows' | 'columns', number> & {fours: boolean}): string {
  return `implicitGemm ${name} ${rows}×${columns}${fours ? ' by fours' : ''}`;
}

function shaderOf(name: string, code: string, inputs: string[], components: readonly number[] = []): Shader {
  return {name, code, inputs, components, counter: makeCounters([`${name} shader`])[0]};
}

const transposing = 'implicitGemm backpropInput, transposing the filter';
export const transposeFilter = shaderOf(transposing, transposeFilterCode, ['Filter']);
export const transposeFilterByFours = shaderOf(
  `${transposing} by fours`,
  transposeFilterByFoursCode,
  ['Filter'],
  [4, 4],
);

/** The shader of a tile. */
export function tileShader(name: Name, variant: Variant): Shader {
  return tiles.get(keyOf(name, variant)) as Shader;
}

export const counters: readonly CoverageCounter[] = [...tiles.values(), transposeFilter, transposeFilterByFours].map(
  ({counter}) => counter as CoverageCounter,
);
