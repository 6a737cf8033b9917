import type {Conv2DInfo} from '../../../../src/geometry/conv2dInfo.js';
import type {Pass} from '../../../../src/geometry/pass.js';
import type {Mutant, PassArguments} from '../../../mutants/mutant.js';

/** Indices of a term: image, output row and column, taps, input row and column, channels. */
interface Term {
  n: number;
  oh: number;
  ow: number;
  i: number;
  j: number;
  h: number;
  w: number;
  c: number;
  f: number;
}

/** Parts of the plain loops that a mistake overrides. */
interface Blunder {
  row?(oh: number, i: number, info: Conv2DInfo): number;
  column?(ow: number, j: number, info: Conv2DInfo): number;
  /** The border test of x. */
  passes?(term: Term, info: Conv2DInfo): boolean;
  /** How often a term counts. */
  counts?(term: Term, info: Conv2DInfo): number;
  x?(term: Term, info: Conv2DInfo): number;
  filter?(term: Term, info: Conv2DInfo): number;
  y?(term: Term, info: Conv2DInfo): number;
  /** Rounding of the running sum. */
  sum?(value: number): number;
  outside?: number;
}

const right = {
  row: (oh: number, i: number, p: Conv2DInfo) => oh * p.strideHeight - p.padTop + i * p.dilationHeight,
  column: (ow: number, j: number, p: Conv2DInfo) => ow * p.strideWidth - p.padLeft + j * p.dilationWidth,
  passes: ({h, w}: Term, p: Conv2DInfo) => h >= 0 && h < p.inHeight && w >= 0 && w < p.inWidth,
  counts: () => 1,
  x: ({n, h, w, c}: Term, p: Conv2DInfo) => ((n * p.inHeight + h) * p.inWidth + w) * p.inChannels + c,
  filter: ({i, j, c, f}: Term, p: Conv2DInfo) => ((i * p.filterWidth + j) * p.inChannels + c) * p.outChannels + f,
  y: ({n, oh, ow, f}: Term, p: Conv2DInfo) => ((n * p.outHeight + oh) * p.outWidth + ow) * p.outChannels + f,
  sum: (value: number) => value,
  outside: 0,
};

/** The definition as nested loops with a blunder. Shares no code with the model of the diagnosis. */
function convolve({pass, info, a, b, out}: PassArguments, blunder: Blunder): void {
  const k = {...right, ...blunder};
  const sums = new Float64Array(out.length);
  for (let n = 0; n < info.batch; n++)
    for (let oh = 0; oh < info.outHeight; oh++)
      for (let ow = 0; ow < info.outWidth; ow++)
        for (let i = 0; i < info.filterHeight; i++)
          for (let j = 0; j < info.filterWidth; j++) {
            const [h, w] = [k.row(oh, i, info), k.column(ow, j, info)];
            for (let c = 0; c < info.inChannels; c++)
              for (let f = 0; f < info.outChannels; f++) {
                const term = {n, oh, ow, i, j, h, w, c, f};
                if (!k.passes(term, info)) continue;
                const [x, filter, y] = [k.x(term, info), k.filter(term, info), k.y(term, info)];
                const at = {forward: [y, x, filter], backpropInput: [x, y, filter], backpropFilter: [filter, x, y]}[
                  pass
                ];
                const product = (a[at[1]] ?? k.outside) * (b[at[2]] ?? k.outside);
                for (let t = k.counts(term, info); t > 0; t--) sums[at[0]] = k.sum(sums[at[0]] + product);
              }
          }
  out.set(sums);
}

/** dx by gathering: `meets` gives the window for a position and a tap, fractional if there is none. */
function gather(
  {info, a, b, out}: PassArguments,
  meets: (at: number, tap: number, pad: number, stride: number, dilation: number) => number,
): void {
  const {inHeight, inWidth, inChannels: C, outChannels: F} = info;
  out.forEach((_, index) => {
    const [c, w] = [index % C, Math.floor(index / C) % inWidth];
    const [h, n] = [Math.floor(index / C / inWidth) % inHeight, Math.floor(index / C / inWidth / inHeight)];
    let sum = 0;
    for (let i = 0; i < info.filterHeight; i++)
      for (let j = 0; j < info.filterWidth; j++) {
        const oh = meets(h, i, info.padTop, info.strideHeight, info.dilationHeight);
        const ow = meets(w, j, info.padLeft, info.strideWidth, info.dilationWidth);
        const isThere = oh >= 0 && oh < info.outHeight && ow >= 0 && ow < info.outWidth;
        if (!isThere || !Number.isInteger(oh) || !Number.isInteger(ow)) continue;
        for (let f = 0; f < F; f++)
          sum +=
            a[((n * info.outHeight + oh) * info.outWidth + ow) * F + f] *
            b[((i * info.filterWidth + j) * C + c) * F + f];
      }
    out[index] = sum;
  });
}

/** Rounds to that many bits after the leading one. */
const toBits = (bits: number) => (value: number) => {
  const unit = 2 ** (Math.floor(Math.log2(Math.abs(value))) - bits);
  return value === 0 ? 0 : Math.round(value / unit) * unit;
};

const isRow = ({h}: Term, p: Conv2DInfo) => h >= 0 && h < p.inHeight;
const isColumn = ({w}: Term, p: Conv2DInfo) => w >= 0 && w < p.inWidth;
const clamp = (at: number, size: number) => Math.min(Math.max(at, 0), size - 1);
const one = (name: string, pass: Pass, cause: RegExp, blunder: Blunder): [Mutant, RegExp] => [
  {name, passes: [pass], wrong: name, mistake: () => (call) => convolve(call, blunder)},
  cause,
];
const gathered = (name: string, cause: RegExp, meets: Parameters<typeof gather>[1]): [Mutant, RegExp] => [
  {name, passes: ['backpropInput'], wrong: name, mistake: () => (call) => gather(call, meets)},
  cause,
];

/** Mistakes as they are made in kernels, and what a diagnosis must say. */
export const blunders: readonly (readonly [Mutant, RegExp])[] = [
  one('taps-transposed', 'backpropFilter', /^dFilter laid out as \[kw, kh, C, F\]/, {
    filter: ({i, j, c, f}, p) => ((j * p.filterHeight + i) * p.inChannels + c) * p.outChannels + f,
  }),
  one('pad-before-stride', 'forward', /^the pad multiplied by the stride on both/, {
    row: (oh, i, p) => (oh - p.padTop) * p.strideHeight + i * p.dilationHeight,
    column: (ow, j, p) => (ow - p.padLeft) * p.strideWidth + j * p.dilationWidth,
  }),
  one('column-wraps', 'forward', /^no border test along the width/, {passes: isRow}),
  one('row-wraps', 'backpropFilter', /^no border test along the height/, {passes: isColumn}),
  one('column-wraps-or-nan', 'forward', /^no border test along the width/, {
    passes: isRow,
    outside: Number.NaN,
  }),
  one('column-wraps-behind', 'backpropFilter', /^no border test at the end along the width/, {
    passes: (term, p) => isRow(term, p) && term.w >= 0,
  }),
  one('height-for-width', 'forward', /^the width tested against the height/, {
    passes: (term, p) => isRow(term, p) && term.w >= 0 && term.w < p.inHeight,
  }),
  one('pitch-of-height', 'forward', /^the row pitch of x computed from its height/, {
    x: ({n, h, w, c}, p) => (n * p.inHeight * p.inWidth + h * p.inHeight + w) * p.inChannels + c,
  }),
  one('first-image-lost', 'backpropFilter', /^the first image of the batch left out/, {
    counts: ({n}) => (n > 0 ? 1 : 0),
  }),
  one('last-image-lost', 'forward', /^the last image of the batch left out/, {
    counts: ({n}, p) => (n < p.batch - 1 ? 1 : 0),
  }),
  one('tiles-overlap', 'forward', /^the first output column of each tile of 4 but the first counted twice/, {
    counts: ({ow}) => (ow > 0 && ow % 4 === 0 ? 2 : 1),
  }),
  one('tiles-overlap-in-sum', 'backpropFilter', /^the first output row of each tile of 2 but the first counted twice/, {
    counts: ({oh}) => (oh > 0 && oh % 2 === 0 ? 2 : 1),
  }),
  one('stride-as-dilation', 'forward', /^the stride used as dilation as well on both/, {
    row: (oh, i, p) => oh * p.strideHeight - p.padTop + i * p.strideHeight,
    column: (ow, j, p) => ow * p.strideWidth - p.padLeft + j * p.strideWidth,
  }),
  one('dilation-as-stride', 'backpropFilter', /^the dilation used as stride as well on both/, {
    row: (oh, i, p) => oh * p.dilationHeight - p.padTop + i * p.dilationHeight,
    column: (ow, j, p) => ow * p.dilationWidth - p.padLeft + j * p.dilationWidth,
  }),
  one('clamp-above', 'forward', /^the border repeated instead of zero padding at the beginning along the height/, {
    row: (oh, i, p) => Math.max(0, right.row(oh, i, p)),
  }),
  one('clamp-right', 'backpropFilter', /^the border repeated .* at the end along the width/, {
    column: (ow, j, p) => Math.min(p.inWidth - 1, right.column(ow, j, p)),
  }),
  one('reflects', 'forward', /^the image mirrored instead of zero padding along the height/, {
    row(oh, i, p) {
      const h = right.row(oh, i, p);
      return h < 0 ? clamp(-h, p.inHeight) : h >= p.inHeight ? clamp(2 * p.inHeight - 2 - h, p.inHeight) : h;
    },
  }),
  one('float16-sum', 'forward', /^sums kept in float16/, {sum: toBits(10)}),
  one('bfloat16-sum', 'backpropInput', /^sums kept in bfloat16/, {sum: toBits(7)}),
  one('last-tap-lost', 'forward', /^the last tap column left out/, {
    counts: ({j}, p) => (j < p.filterWidth - 1 ? 1 : 0),
  }),
  one('four-channels', 'forward', /^only the first 4 input channels counted/, {counts: ({c}) => (c < 4 ? 1 : 0)}),
  one('k-tail', 'forward', /^the tail of the rows of the filter as a matrix past a multiple of 4 left out/, {
    counts: ({i, j, c}, p) => {
      const size = p.filterHeight * p.filterWidth * p.inChannels;
      return (i * p.filterWidth + j) * p.inChannels + c < size - (size % 4) ? 1 : 0;
    },
  }),
  one('pad-ignored-when-strided', 'forward', /^the pad ignored along the width when the stride is above 1$/, {
    column: (ow, j, p) => ow * p.strideWidth - (p.strideWidth > 1 ? 0 : p.padLeft) + j * p.dilationWidth,
  }),
  one('pair', 'backpropFilter', /^the dilation ignored along the height, and the first image of the batch left out/, {
    row: (oh, i, p) => oh * p.strideHeight - p.padTop + i,
    counts: ({n}) => (n > 0 ? 1 : 0),
  }),
  gathered(
    'forward-formula',
    /^dx gathered by forward's formula on both/,
    (at, tap, pad, s, d) => at * s - pad + tap * d,
  ),
  gathered(
    'forward-signs',
    /^dx gathered with forward's signs on both/,
    (at, tap, pad, s, d) => (at - pad + tap * d) / s,
  ),
  gathered(
    'tested-without-pad',
    /^the test that the stride divides .* made without the pad on both/,
    (at, tap, pad, s, d) => ((at - tap * d) % s === 0 ? Math.floor((at + pad - tap * d) / s) : -1),
  ),
];

/** Near misses: mistakes that resemble known ones, for which no cause may be named. */
export const strangers: readonly Mutant[] = [
  one('diagonal-lost', 'forward', /^$/, {counts: ({i, j}) => (i === j && i > 0 ? 0 : 1)}),
  one('corner-clamped', 'forward', /^$/, {
    passes: () => true,
    x: (term, p) => {
      const [isIn, isBeside] = [isRow(term, p), isColumn(term, p)];
      if (isIn !== isBeside) return -1;
      return right.x({...term, h: clamp(term.h, p.inHeight), w: clamp(term.w, p.inWidth)}, p);
    },
  }),
  one('every-third-thrice', 'backpropFilter', /^$/, {counts: ({oh, ow}) => ((oh + ow) % 3 === 2 ? 3 : 1)}),
  one('channel-after-pixel', 'backpropInput', /^$/, {counts: ({c, f, w}) => ((c + f + w) % 5 === 4 ? 0 : 1)}),
  one('drifting-tap', 'forward', /^$/, {column: (ow, j, p) => right.column(ow, j, p) + (ow > 2 && j > 0 ? 1 : 0)}),
].map(([mutant]) => mutant);
