import {makeParts, type Part} from '../../../engine/part.js';
import type {Conv2DInfo} from '../../../geometry/conv2dInfo.js';
import {type Pass, passTensors, sizeOf} from '../../../geometry/pass.js';
import {geometryOf} from '../geometry.js';
import {byPlan, type Plan} from '../plan.js';
import type {Shader, Step} from '../step.js';
import {backpropFilter, sumOfSlices} from './backpropFilter.js';
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
const sum = shaderOf('gather backpropFilter, sum of slices', sumOfSlices, ['part']);

function nameOf(name: Name, {rows, columns, fours}: Variant): string {
  return `gather ${name} ${rows}×${columns}${fours ? ' by fours' : ''}`;
}

function shaderOf(name: string, code: string, inputs: string[], components: number[] = []): Shader {
  return {name, code, inputs, components, part: makeParts([`${name} shader`])[0]};
}

export const parts: readonly Part[] = [...shaders.values(), turn, sum].map(({part}) => part as Part);

const side = (channels: number) => (channels > 4 ? 8 : 4);

/** Threads that keep a device busy, as far as slices of so many pixels give them work. */
const wantedThreads = 2048;
const leastSlice = 32;

/** The steps of a pass: see the shaders. */
export const gatherPlan: Plan = (info, pass, a, b) => {
  const {inChannels: C, outChannels: F, filterHeight, filterWidth} = info;
  const fours = C % 4 === 0 && F % 4 === 0;
  const shader = (name: Name, variant: Variant) => shaders.get(nameOf(name, variant)) as Shader;
  const size = sizeOf(info, passTensors[pass].output);
  switch (pass) {
    case 'forward': {
      const tile = {rows: 8, columns: side(F), fours} as const;
      const tiles = Math.ceil(F / tile.columns);
      const threads = tiles * Math.ceil((info.batch * info.outHeight * info.outWidth) / 8);
      const uniforms = {...geometryOf(info), tiles: [tiles]};
      return [{shader: shader(pass, tile), reads: [a, b], size, threads, uniforms}];
    }
    case 'backpropInput': {
      const tile = {rows: 8, columns: side(C), fours} as const;
      const tiles = Math.ceil(C / tile.columns);
      const {steps, groups} = groupsOf(info);
      const threads = tiles * groups[0] * groups[1] * Math.ceil((info.batch * steps[0] * steps[1]) / 8);
      const geometry = geometryOf(info);
      const weights = sizeOf(info, 'filter');
      const uniforms = {...geometry, tiles: [tiles], steps, groups: [groups[1]]};
      return [
        {shader: turn, reads: [b], size: weights, threads: weights, uniforms: {channels: geometry['channels']}},
        {shader: shader(pass, tile), reads: [a, 0], size, threads, uniforms},
      ];
    }
    case 'backpropFilter': {
      const taps = filterHeight * filterWidth;
      const columns = side(F);
      const acrossF = Math.ceil(F / columns);
      if (C < 4) {
        const tiles = [Math.ceil((taps * C) / few.rows), acrossF];
        return overSlices(info, shader('backpropFilterOfFew', {...few, columns}), [a, b], tiles, tiles[0] * acrossF);
      }
      const tile = {rows: side(C), columns, fours} as const;
      const tiles = [Math.ceil(C / tile.rows), acrossF];
      return overSlices(info, shader(pass, tile), [a, b], tiles, taps * tiles[0] * acrossF);
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

/** One product over each slice of the pixels, and their sum where there are several. */
function overSlices(
  info: Conv2DInfo,
  shader: Shader,
  reads: Step['reads'],
  tiles: readonly number[],
  threadsOfSlice: number,
): Step[] {
  const size = sizeOf(info, 'dFilter');
  const pixels = info.batch * info.outHeight * info.outWidth;
  const wanted = Math.min(Math.ceil(wantedThreads / threadsOfSlice), Math.ceil(pixels / leastSlice));
  const slice = Math.ceil(pixels / wanted);
  const slices = Math.ceil(pixels / slice);
  const uniforms = {...geometryOf(info), tiles, slice: [slice]};
  const parts = {shader, reads, size: slices * size, threads: slices * threadsOfSlice, uniforms};
  if (slices === 1) return [parts];
  return [parts, {shader: sum, reads: [0], size, threads: size, uniforms: {slices: [slices]}}];
}

/**
 * Dense convolutions as products of gathered windows in register tiles, without a column matrix and without memory that threads share.
 * Source: https://arxiv.org/abs/1907.02129.
 */
export const gather = byPlan('gather', gatherPlan, {
  supports: ({kind}) =>
    kind === 'dense' || 'a depthwise convolution has no sum over channels to make a matrix product of',
});
