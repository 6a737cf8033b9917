import type {Fill} from './fill.js';

/** Data of a kind for which a kernel may take a shortcut. */
export interface Pattern {
  what: string;
  /** The only filling that it is for; any when absent. */
  fill?: Fill;
  /** Makes the data from what was drawn. The shape is that of images; a filter is one image, with a channel for each pair of channels. */
  values(drawn: Float32Array, shape: ImageShape, next: () => number): Float32Array;
}

/** `outputs` is the number of channels, or a filter's number of output channels; these follow one another. */
export type ImageShape = readonly [images: number, height: number, width: number, channels: number, outputs: number];

/** The indices of an element of images. */
type Place = readonly [image: number, row: number, column: number, channel: number];

const mapped = (change: (value: number, index: number) => number) => (drawn: Float32Array) => drawn.map(change);

/** Calls `make` for each element, with its place and with a function that reads what was drawn for another place. */
function placed(make: (place: Place, read: (...place: Place) => number, shape: ImageShape) => number) {
  return (drawn: Float32Array, shape: ImageShape): Float32Array => {
    const [, height, width, channels] = shape;
    const read = (n: number, h: number, w: number, c: number) => drawn[((n * height + h) * width + w) * channels + c];
    return drawn.map((_, index) => {
      const pixel = Math.floor(index / channels);
      const row = Math.floor(pixel / width);
      const place = [Math.floor(row / height), row % height, pixel % width, index % channels] as const;
      return make(place, read, shape);
    });
  };
}

/** Data with more zeros than values, data of one sign, and data that cancel or copy. */
const sparse: readonly Pattern[] = [
  {what: 'nowhere negative, as after relu', values: mapped(Math.abs)},
  {
    what: 'zero in three of four places, as after relu and dropout',
    values: (drawn, _, next) => drawn.map((value) => (next() % 4 === 0 ? value : 0)),
  },
  {
    what: 'zero in all places but one',
    values: (drawn, _, next) => {
      const at = next() % Math.max(1, drawn.length);
      return drawn.map((_, index) => (index === at ? 1 : 0));
    },
  },
  ...(['row', 'column', 'channel'] as const).map(
    (axis): Pattern => ({
      what: `zero in a whole ${axis}`,
      values(drawn, shape, next) {
        const [, height, width, , outputs] = shape;
        const none = next() % {row: height, column: width, channel: outputs}[axis];
        const isZero = ([, row, column, channel]: Place) => none === {row, column, channel: channel % outputs}[axis];
        return placed((place, read) => (isZero(place) ? 0 : read(...place)))(drawn, shape);
      },
    }),
  ),
  {
    what: 'zero in a whole image',
    values: (drawn, [images], next) => {
      const size = drawn.length / images;
      const none = next() % images;
      return drawn.map((value, index) => (Math.floor(index / size) === none ? 0 : value));
    },
  },
  {what: 'nowhere positive', values: mapped((value) => -Math.abs(value))},
  {
    what: 'adding up to zero, as the weights of an edge detector do',
    values: (drawn) =>
      drawn.map((value, i) => {
        const behind = drawn.length - 1 - i;
        return i < behind ? value : i > behind ? -drawn[behind] : 0;
      }),
  },
  {
    what: 'one at the middle of each channel, as the weights of a copy are',
    values: placed(([, h, w, c], _, [, height, width, channels, outputs]) => {
      const inputs = channels / outputs;
      return 2 * h + 1 === height && 2 * w + 1 === width && (inputs === 1 || Math.floor(c / outputs) === c % outputs)
        ? 1
        : 0;
    }),
  },
];

/** Data that fewer numbers describe. A kernel may compute less there. */
const structures: readonly Pattern[] = [
  {what: 'all equal, as the gradient of a mean is', values: mapped(() => 1)},
  {what: 'all equal in each channel', values: placed(([, , , c], read) => read(0, 0, 0, c))},
  {
    what: 'the product of a column and a row',
    values: placed(([n, h, w, c], read) => Math.sign(read(n, h, 0, c)) * read(n, 0, w, c)),
  },
  {what: 'one row repeated', values: placed(([n, , w, c], read) => read(n, 0, w, c))},
  {what: 'one column repeated', values: placed(([n, h, , c], read) => read(n, h, 0, c))},
  {
    what: 'constant along diagonals',
    values: placed(([n, h, w, c], read) => (h >= w ? read(n, h - w, 0, c) : read(n, 0, w - h, c))),
  },
  {
    what: 'symmetric from left to right',
    values: placed(([n, h, w, c], read, [, , width]) => read(n, h, Math.min(w, width - 1 - w), c)),
  },
  {
    what: 'symmetric from top to bottom',
    values: placed(([n, h, w, c], read, [, height]) => read(n, Math.min(h, height - 1 - h), w, c)),
  },
  {
    what: 'symmetric about the diagonal',
    values: placed(([n, h, w, c], read, [, height, width]) =>
      h > w && h < width && w < height ? read(n, w, h, c) : read(n, h, w, c),
    ),
  },
  {
    what: 'of the opposite sign when mirrored',
    values: placed(([n, h, w, c], read, [, , width]) =>
      2 * w + 1 === width ? 0 : w < width / 2 ? read(n, h, w, c) : -read(n, h, width - 1 - w, c),
    ),
  },
  {what: 'a checkerboard', values: placed(([, h, w, c], read) => ((h + w) % 2 === 0 ? 1 : -1) * read(0, 0, 0, c))},
  {what: 'equal in all channels', values: placed(([n, h, w], read) => read(n, h, w, 0))},
  {what: 'equal in all images', values: placed(([, h, w, c], read) => read(0, h, w, c))},
  {what: 'sorted', values: (drawn) => drawn.slice().sort()},
  {what: 'of two values', values: mapped(Math.sign)},
];

/** The powers of two between which `scaled` alternates. A float32 does not hold the sum of two such values. */
const scales = [9, -17];

/** Data whose size differs along one axis. */
const scaled: readonly Pattern[] = (['images', 'rows', 'columns', 'channels'] as const).map((what, axis) => ({
  what: `in ${what} of very different sizes`,
  fill: 'reals',
  values: placed((place, read) => read(...place) * 2 ** scales[place[axis] % 2]),
}));

/** How far data are from a structure that they nearly have: as far as if they had been written with three digits. */
const apart = 2 ** -11;

function nearly({what, values}: Pattern): Pattern {
  return {
    what: `nearly ${what}`,
    fill: 'reals',
    values: (drawn, shape, next) => {
      const near = values(drawn, shape, next);
      return near.map((value, i) => value + Math.round(drawn[drawn.length - 1 - i] * 64) * (apart / 64));
    },
  };
}

const asDrawn: Pattern = {what: 'as drawn', values: (drawn) => drawn};

const patterns: readonly Pattern[] = [
  asDrawn,
  ...sparse,
  ...structures,
  ...structures.map(nearly),
  ...scaled,
  {
    what: 'small in all places but one',
    fill: 'reals',
    values: (drawn, _, next) => {
      const at = next() % Math.max(1, drawn.length);
      return drawn.map((value, index) => (index === at ? value * 2 ** 12 : value));
    },
  },
];

/** The patterns for a filling. */
export function patternsFor(fill: Fill): readonly Pattern[] {
  return patterns.filter((pattern) => (pattern.fill ?? fill) === fill);
}

/** Patterns of the input beside the one in question: sums of values of one sign grow with their number. */
export const companions: readonly Pattern[] = [asDrawn, sparse[0]];
