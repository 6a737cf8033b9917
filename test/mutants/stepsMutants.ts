import {either} from './edits.js';
import {allPasses} from './mutant.js';
import {type StepsMutant, values, wgsl} from './stepsMutant.js';

/** The rows of a tile of pixels. */
const rows = [0, 1, 2, 3, 4, 5, 6, 7];
const half = (value: string) => `unpack2x16float(pack2x16float(vec2<f32>(${value}, 0.0))).x`;

/** Wrong shaders of webgpu, in ways that a GPU in general, or a tile in registers, can be wrong. */
export const stepsMutants: readonly StepsMutant[] = [
  {
    ...{name: 'webgpu-last-thread', of: 'implicitGemm', passes: allPasses},
    wrong: 'the last thread does nothing, and what it should write stays as it was',
    steps: wgsl(['if (index >= uniforms.threads)', 'if (index >= uniforms.threads - 1)']),
  },
  {
    ...{name: 'webgpu-row-of-tile', of: 'implicitGemm', passes: ['forward']},
    wrong: 'of a tile of pixels the second is computed twice, and the third not',
    steps: wgsl(['let p2 = min(p + 2, pixels - 1);', 'let p2 = min(p + 1, pixels - 1);']),
  },
  {
    ...{name: 'webgpu-column-tail', of: 'implicitGemm', passes: allPasses},
    wrong: 'the last of three channels of the result is not written',
    steps: either(wgsl(['firstF + 2 < F', 'firstF + 3 < F']), wgsl(['first + 2 < width', 'first + 3 < width'])),
  },
  {
    ...{name: 'webgpu-reduction-tail', of: 'implicitGemm', passes: ['forward', 'backpropInput']},
    wrong: 'the last channel that is summed over is left out',
    steps: wgsl(['d < end;', 'd < end - 1;']),
  },
  {
    ...{name: 'webgpu-rows-beyond', of: 'implicitGemm', passes: ['forward']},
    wrong: 'rows above and below an image are not zero but what lies there in memory',
    steps: wgsl(...rows.map((q): [string, string] => [`(u32(h${q}) < u32(H)) & `, ''])),
  },
  {
    ...{name: 'webgpu-clamp-to-edge', of: 'implicitGemm', passes: ['forward']},
    wrong: 'left of an image its first column is repeated instead of zeros',
    steps: wgsl(...rows.map((q): [string, string] => [`let w_${q} = left${q} +`, `let w_${q} = max(0, left${q}) +`])),
  },
  {
    ...{name: 'webgpu-no-divisibility-test', of: 'implicitGemm', passes: ['backpropInput']},
    wrong: 'dX begins with the first tap, whether an output reads through it or not',
    steps: wgsl(['if ((reach - t * dilation) % stride == 0)', 'if (true)']),
  },
  {
    ...{name: 'webgpu-tap-step', of: 'implicitGemm', passes: ['backpropInput']},
    wrong: 'from its first tap on dX takes every s-th, without regard to what stride and dilation have in common',
    steps: values('tapStep', ({stride}) => stride),
  },
  {
    ...{name: 'webgpu-residues-swapped', of: 'implicitGemm', passes: ['backpropInput']},
    wrong: 'a group of pixels takes the residue of rows for columns',
    steps: wgsl([
      'vec2<i32>(group / uniforms.groups, group % uniforms.groups)',
      'vec2<i32>(group % uniforms.groups, group / uniforms.groups)',
    ]),
  },
  {
    ...{name: 'webgpu-filter-not-transposed', of: 'implicitGemm', passes: ['backpropInput']},
    wrong: 'dX reads the channels of the filter in the order in which they lie',
    steps: wgsl(['(tap * uniforms.channels.x + c) * uniforms.channels.y + f', 'index']),
  },
  {
    ...{name: 'webgpu-pad-axes-swapped', of: 'implicitGemm', passes: allPasses},
    wrong: 'the uniform of the pads holds left and top instead of top and left',
    steps: values('pad', ({pad: [top, left]}) => [left, top]),
  },
  {
    ...{name: 'webgpu-last-slice', of: 'implicitGemm', passes: ['backpropFilter']},
    wrong: 'the last of several slices is not added',
    steps: wgsl(['s < uniforms.slices;', 's < uniforms.slices - 1;']),
  },
  {
    ...{name: 'webgpu-slices-overlap', of: 'implicitGemm', passes: ['backpropFilter']},
    wrong: 'the first pixel of a slice belongs to the one before, too',
    steps: either(
      wgsl(['(slice + 1) * ofSlice,', '(slice + 1) * ofSlice + 1,']),
      wgsl(['begin + uniforms.slice,', 'begin + uniforms.slice + 1,']),
    ),
  },
  {
    ...{name: 'webgpu-first-inside', of: 'implicitGemm', passes: ['backpropFilter']},
    wrong: 'the first output of a row whose tap lies inside is taken to be the first of the row',
    steps: wgsl(['let ow = columns.x + at', 'let ow = at']),
  },
  {
    ...{name: 'webgpu-tap-of-row', of: 'implicitGemm', passes: ['backpropFilter']},
    wrong: 'the number of a tap is divided by the height of the filter',
    steps: wgsl(['tap / uniforms.filterSize.y *', 'tap / uniforms.filterSize.x *']),
  },
  {
    ...{name: 'webgpu-channel-of-row', of: 'implicitGemm', passes: ['backpropFilter']},
    wrong: 'where channels are few, the second row of a tile reads the channel of the first',
    steps: wgsl(['let c1 = k1 % C;', 'let c1 = k0 % C;']),
  },
  {
    ...{name: 'webgpu-few-columns', of: 'implicitGemm', passes: ['backpropInput']},
    wrong: 'where channels are few, dX takes the weights of the first for the second',
    steps: wgsl(['let c1 = min(1, width - 1) * depth;', 'let c1 = 0;']),
  },
  {
    ...{name: 'webgpu-block-not-transposed', of: 'implicitGemm', passes: ['backpropInput']},
    wrong: 'blocks of 4×4 weights change their places and are not turned themselves',
    steps: wgsl(
      ...[0, 1, 2, 3].map((l): [string, string] => [
        `vec4<f32>(row0[${l}], row1[${l}], row2[${l}], row3[${l}])`,
        `row${l}`,
      ]),
    ),
  },
  {
    ...{name: 'webgpu-pair-of-pixels', of: 'implicitGemm', passes: ['backpropFilter']},
    wrong: 'pixels go by pairs, and the last of an odd number counts twice',
    steps: wgsl(['select(0u, 0xffffffffu, p + 1 < end)', '0xffffffffu']),
  },
  {
    ...{name: 'webgpu-few-rows-beyond', of: 'implicitGemm', passes: ['backpropFilter']},
    wrong: 'where channels are few, rows above and below an image are not zero but what lies there in memory',
    steps: wgsl(...[...rows, 8].map((q): [string, string] => [`left${q}, u32(h${q}) < u32(H))`, `left${q}, true)`])),
  },
  {
    ...{name: 'webgpu-float16-sum', of: 'implicitGemm', passes: ['backpropFilter']},
    wrong: 'the sum of slices is kept in float16',
    steps: wgsl([
      'sum += part[s * uniforms.threads + index];',
      `sum = ${half('sum + part[s * uniforms.threads + index]')};`,
    ]),
  },
  {
    ...{name: 'webgpu-index-16-bit', of: 'implicitGemm', passes: ['forward']},
    wrong: 'the pixels of x are addressed with 16 bits',
    steps: wgsl(...rows.map((q): [string, string] => [`(row${q} + w_${q}) *`, `((row${q} + w_${q}) & 65535) *`])),
  },
  {
    ...{name: 'webgpu-stale-pipeline', of: 'implicitGemm', passes: allPasses},
    wrong: 'pads are written into a shader whose name does not tell of them: the next problem gets them too',
    steps: (steps, info) => wgsl(['uniforms.pad', `vec2<i32>(${info.padTop}, ${info.padLeft})`])(steps, info),
  },
  {
    ...{name: 'webgpu-winograd-tile-below', of: 'winograd', passes: ['forward', 'backpropInput']},
    wrong: 'of a tile that an image of odd height cuts, the row below the image is written too',
    steps: wgsl(['if (below) {', 'if (true) {']),
  },
  {
    ...{name: 'webgpu-winograd-border', of: 'winograd', passes: allPasses},
    wrong: 'what lies left and right of an image is not zero but what lies there in memory',
    steps: wgsl(...[0, 1, 2, 3].map((j): [string, string] => [` & (u32(left + ${j}) < u32(W))`, ''])),
  },
  {
    ...{name: 'webgpu-winograd-origin', of: 'winograd', passes: ['backpropInput']},
    wrong: 'dX begins its tiles at the pads of the forward pass',
    steps: values('origin', ({origin: [top, left]}) => [2 - top, 2 - left]),
  },
  {
    ...{name: 'webgpu-winograd-origin-swapped', of: 'winograd', passes: allPasses},
    wrong: 'tiles of x begin at left and top instead of top and left',
    steps: values('origin', ({origin: [top, left]}) => [left, top]),
  },
  {
    ...{name: 'webgpu-winograd-not-flipped', of: 'winograd', passes: ['backpropInput']},
    wrong: 'dX takes the middle row of the filter for its last',
    steps: wgsl(...[0, 1, 2].map((j): [string, string] => [`(${6 + j} * C +`, `(${3 + j} * C +`])),
  },
  {
    ...{name: 'webgpu-winograd-sign', of: 'winograd', passes: ['forward', 'backpropInput']},
    wrong: 'the last column of a tile is added where it is to be taken away',
    steps: wgsl(['- half_y0_3', '+ half_y0_3']),
  },
  {
    ...{name: 'webgpu-winograd-half', of: 'winograd', passes: ['backpropFilter']},
    wrong: 'dFilter forgets a half in the output transform',
    steps: wgsl(['0.5 * v1_0', 'v1_0']),
  },
  {
    ...{name: 'webgpu-winograd-plane', of: 'winograd', passes: allPasses},
    wrong: 'the last two matrices of the batch are one',
    steps: wgsl([
      'let matrix = item / uniforms.tiles.y / uniforms.tiles.x;',
      'let matrix = min(14, item / uniforms.tiles.y / uniforms.tiles.x);',
    ]),
  },
  {
    ...{name: 'webgpu-winograd-row-of-tile', of: 'winograd', passes: ['forward', 'backpropInput']},
    wrong: 'of eight tiles the fourth is multiplied in place of the fifth',
    steps: wgsl(['let at4 = (matrix * uniforms.rows + min(p + 4,', 'let at4 = (matrix * uniforms.rows + min(p + 3,']),
  },
  {
    ...{name: 'webgpu-winograd-columns', of: 'winograd', passes: ['backpropFilter']},
    wrong: 'the last four columns of a product are those before them',
    steps: wgsl(['let first1 = min(first + 4, width - 4);', 'let first1 = first;']),
  },
  {
    ...{name: 'webgpu-winograd-last-slice', of: 'winograd', passes: allPasses},
    wrong: 'the last of several slices is not added',
    steps: wgsl(['s < uniforms.slices;', 's < uniforms.slices - 1;']),
  },
  {
    ...{name: 'webgpu-winograd-stale-pipeline', of: 'winograd', passes: allPasses},
    wrong: 'pads are written into a shader whose name does not tell of them: the next problem gets them too',
    steps: (steps, info) =>
      steps.flatMap((step) => {
        const {origin} = step.uniforms;
        return origin ? wgsl(['uniforms.origin', `vec2<i32>(${origin})`])([step], info) : [step];
      }),
  },
  {
    ...{name: 'webgpu-negative-division', of: 'direct', passes: ['forward', 'backpropFilter']},
    wrong: '(size − start − 1) / step is rounded down, where WGSL rounds negative numbers up',
    steps: wgsl([
      'let end = max(0, size - start + step - 1) / step;',
      'let end = max(0, (size - start - 1) / step + 1);',
    ]),
  },
  {
    ...{name: 'webgpu-depthwise-channel', of: 'direct', passes: ['forward'], kind: 'depthwise'},
    wrong: 'depthwise, an output channel f reads channel f of x, modulo C',
    steps: wgsl(['first = f / uniforms.channelStep;', 'first = f % C;']),
  },
  {
    ...{name: 'webgpu-depthwise-multipliers', of: 'direct', passes: ['backpropInput'], kind: 'depthwise'},
    wrong: 'depthwise, dX sums over the first multiplier only',
    steps: wgsl(['m < uniforms.depth;', 'm < 1;']),
  },
  {
    ...{name: 'webgpu-depthwise-slides-back', of: 'depthwise', passes: ['backpropFilter'], kind: 'depthwise'},
    wrong: 'depthwise, the second tap of a row keeps its pixel while the window slides',
    steps: wgsl(['x1 = x2;', '']),
  },
  {
    ...{name: 'webgpu-depthwise-group', of: 'depthwise', passes: ['backpropFilter'], kind: 'depthwise'},
    wrong: 'depthwise, the fourth tap of a row is left to nobody',
    steps: wgsl(['let j = item % groups * 3;', 'let j = item % groups * 4;']),
  },
  {
    ...{name: 'webgpu-depthwise-tap-order', of: 'depthwise', passes: ['backpropInput'], kind: 'depthwise'},
    wrong: 'depthwise, dX under strides counts the taps by columns',
    steps: wgsl(['let tap = i * uniforms.filterSize.y + j;', 'let tap = j * uniforms.filterSize.x + i;']),
  },
  {
    ...{name: 'webgpu-depthwise-order', of: 'direct', passes: ['backpropFilter'], kind: 'depthwise'},
    wrong: 'depthwise, dFilter reads the channels of dy in the order m·C + c',
    steps: wgsl(['let f = c * uniforms.channelStep + m;', 'let f = m * (F / uniforms.depth) + c;']),
  },
];
