import {makeParts, type Part} from '../../../engine/part.js';
import type {Conv2DInfo} from '../../../geometry/conv2dInfo.js';
import {type Pass, passTensors, sizeOf} from '../../../geometry/pass.js';
import {geometryOf} from '../geometry.js';
import {byPlan, type Plan} from '../plan.js';
import {sliced, sum} from '../slices.js';
import type {Shader, Step} from '../step.js';
import {backpropFilter} from './backpropFilter.js';
import {backpropFilterOfFew} from './backpropFilterOfFew.js';
import {backpropInput, turnFilter} from './backpropInput.js';
import {forward} from './forward.js';
import type {Variant} from './variant.js';

type Name = Pass | 'backpropFilterOfFew';

const few = {rows: 8, fours: false} as const;
const tiles: Readonly<Record<Name, {code(variant: Variant): string; inputs: string[]; variants: Variant[]}>> = {
  forward: {code: forward, inputs: ['x', 'Filter'], variants: variants([8])},
  backpropInput: {code: backpropInput, inputs: ['dy', 'turned'], variants: variants([8])},
  backpropFilter: {code: backpropFilter, inputs: ['x', 'dy'], variants: variants([8, 4])},
  backpropFilterOfFew: {
    code: backpropFilterOfFew,
    inputs: ['x', 'dy'],
    variants: [
      {...few, columns: 8},
      {...few, columns: 4},
    ],
  },
};

function variants(heights: readonly Variant['rows'][]): Variant[] {
  const tiles = heights.flatMap((rows) => ([8, 4] as const).map((columns) => ({rows, columns})));
  return tiles.flatMap((tile) => [true, false].map((fours) => ({...tile, fours})));
}

const shaders = new Map<string, Shader>();
for (const [name, {code, inputs, variants}] of Object.entries(tiles)) {
  for (const variant of variants) {
    const key = nameOf(name as Name, variant);
    shaders.set(key, shaderOf(key, code(variant), inputs, variant.fours ? [4, 4, 4] : []));
  }
}
const turn = shaderOf('gather backpropInput, turning the filter', turnFilter, ['Filter']);

function nameOf(name: Name, {rows, columns, fours}: Variant): string {
  return `gather ${name} ${rows}×${columns}${fours ? ' by fours' : ''}`;
}

function shaderOf(name: string, code: string, inputs: string[], components: number[] = []): Shader {
  return {name, code, inputs, components, part: makeParts([`${name} shader`])[0]};
}

export const parts: readonly Part[] = [...shaders.values(), turn].map(({part}) => part as Part);

const side = (channels: number): 4 | 8 => (channels > 4 ? 8 : 4);

/** The steps of a pass: see the shaders. */
export const gatherPlan: Plan = (info, pass, a, b) => {
  const {inChannels: C, outChannels: F, filterHeight, filterWidth} = info;
  const fours = C % 4 === 0 && F % 4 === 0;
  const shader = (name: Name, variant: Variant) => shaders.get(nameOf(name, variant)) as Shader;
  const size = sizeOf(info, passTensors[pass].output);
  const geometry = geometryOf(info);
  const pixels = info.batch * info.outHeight * info.outWidth;
  switch (pass) {
    case 'forward': {
      const tile = {rows: 8, columns: side(F), fours} as const;
      const tiles = Math.ceil(F / tile.columns);
      const uniforms = {...geometry, tiles: [tiles]};
      const threads = tiles * Math.ceil(pixels / 8);
      return overSlices(C, fours ? 4 : 1, 0, {shader: shader(pass, tile), reads: [a, b], size, threads, uniforms});
    }
    case 'backpropInput': {
      const tile = {rows: 8, columns: side(C), fours} as const;
      const tiles = Math.ceil(C / tile.columns);
      const {steps, groups} = groupsOf(info);
      const uniforms = {...geometry, tiles: [tiles], steps, groups: [groups[1]]};
      const threads = tiles * groups[0] * groups[1] * Math.ceil((info.batch * steps[0] * steps[1]) / 8);
      const weights = sizeOf(info, 'filter');
      return [
        {shader: turn, reads: [b], size: weights, threads: weights, uniforms: {channels: geometry['channels']}},
        ...overSlices(F, fours ? 4 : 1, 1, {shader: shader(pass, tile), reads: [a, 0], size, threads, uniforms}),
      ];
    }
    case 'backpropFilter': {
      const taps = filterHeight * filterWidth;
      const columns = side(F);
      const across = Math.ceil(F / columns);
      const tile: Variant = C < 4 ? {...few, columns} : {rows: side(C), columns, fours};
      const down = Math.ceil((C < 4 ? taps * C : C) / tile.rows);
      return overSlices(pixels, 1, 0, {
        ...{shader: shader(C < 4 ? 'backpropFilterOfFew' : pass, tile), reads: [a, b], size},
        ...{threads: down * across * (C < 4 ? 1 : taps), uniforms: {...geometry, tiles: [down, across]}},
      });
    }
  }
};

/** Pixels of one residue modulo the stride on each axis, and how many residues there are. */
function groupsOf({inHeight, inWidth, strideHeight, strideWidth}: Conv2DInfo) {
  return {
    steps: [Math.ceil(inHeight / strideHeight), Math.ceil(inWidth / strideWidth)],
    groups: [Math.min(strideHeight, inHeight), Math.min(strideWidth, inWidth)],
  };
}

/** {@link sliced}, and the sum of all slices where there are several. @param number of the step in its plan */
function overSlices(summed: number, unit: number, number: number, whole: Step): Step[] {
  const {slices, ...parts} = sliced(summed, unit, whole);
  const {size} = whole;
  if (slices === 1) return [parts];
  return [parts, {shader: sum, reads: [number], size, threads: size, uniforms: {slices: [slices]}}];
}

/**
 * Dense convolutions as products of gathered windows in register tiles, without a column matrix and without memory that threads share.
 * Source: https://arxiv.org/abs/1907.02129.
 */
export const gather = byPlan('gather', gatherPlan, {
  supports: ({kind}) =>
    kind === 'dense' || 'a depthwise convolution has no sum over channels to make a matrix product of',
});
