// Two-dimensional Fourier transforms of real tiles. AssemblyScript as text.

import {Program, text} from './butterflies.mjs';
import {join} from './text.mjs';

/** The sides of the tiles. */
export const fourierSides = [8, 16];

/** The factors cos(2πj/n) for 0 < j < n/4, for every side n, each value once. */
const factors = [...new Set(fourierSides.flatMap((n) => Array.from({length: n / 4 - 1}, (_, j) => cosine(j + 1, n))))];

function cosine(j, n) {
  return Math.fround(Math.cos((2 * Math.PI * j) / n));
}

const factor = (value) => `v128.load(factors, ${16 * factors.indexOf(Math.fround(value))})`;

/** Vectors that are transformed together. A cache line holds so many, so it is fetched only once. */
const group = 4;

/**
 * Bytes of scratch memory, more than the 6×6 vectors of other tiles need. It holds the addresses of a group's vectors, a line of
 * a tile, and the group's tiles. It also holds their spectra if not all lanes of a vector are written. The factors come first.
 */
const most = Math.max(...fourierSides);
const linePlace = 16 * group;
const tilePlace = linePlace + 16 * most;
const sparePlace = tilePlace + 16 * group * most ** 2;
/** The number of planes of a spectrum; see `spectrum.ts`. */
const planes = (n) => (3 * n * n) / 2 - 2;
export const scratchBytes = Math.ceil((16 * factors.length + sparePlace + 16 * group * planes(most)) / 64) * 64;

function program() {
  return new Program(factor);
}

/** Transforms n real values, `step` apart, into X[0], X[n/2], and re and im of X[1], …, `toStep` apart. */
function realForward(n) {
  const p = program();
  const loads = Array.from({length: n}, (_, j) => () => p.keep(`v128.load(from + ${j} * step)`));
  const store = (slot, value) => p.lines.push(`v128.store(to + ${slot} * toStep, ${text(value)});`);
  p.real(loads, (k, {re, im}) => {
    if (k % (n / 2) === 0) return store(k === 0 ? 0 : 1, re);
    store(2 * k, re);
    store(2 * k + 1, im);
  });
  return `
function realForward${n}(from: usize, step: usize, to: usize, toStep: usize): void {
  ${p.lines.join('\n  ')}
}
`;
}

function realInverse(n) {
  const p = program();
  const load = (slot) => p.keep(`v128.load(from + ${slot} * step)`);
  const X = Array.from({length: n / 2 + 1}, (_, k) => {
    if (k % (n / 2) === 0) return {re: load(k === 0 ? 0 : 1)};
    return {re: load(2 * k), im: load(2 * k + 1)};
  });
  for (const [j, value] of p.toReal(X).entries()) p.lines.push(`v128.store(to + ${j} * toStep, ${text(value)});`);
  return `
function realInverse${n}(from: usize, step: usize, to: usize, toStep: usize): void {
  ${p.lines.join('\n  ')}
}
`;
}

/** Transforms a line of re and a line of im into re, im and their sum for each number. */
function complexForward(n) {
  const p = program();
  const load = (j) => () => ({
    re: p.keep(`v128.load(from, ${16 * j})`),
    im: p.keep(`v128.load(from, ${16 * (n + j)})`),
  });
  p.complex(
    Array.from({length: n}, (_, j) => load(j)),
    -1,
    (k, {re, im}) => {
      [re, im, p.add(re, im)].forEach((value, part) => {
        p.lines.push(`v128.store(to + ${3 * k + part} * step, ${text(value)});`);
      });
    },
  );
  return `
function complexForward${n}(from: usize, to: usize, step: usize): void {
  ${p.lines.join('\n  ')}
}
`;
}

/** Transforms the products of re, of im and of the sums into a line of re and a line of im. */
function complexInverse(n) {
  const p = program();
  const load = (j) => () => {
    const [re, im, sum] = [0, 1, 2].map((part) => p.keep(`v128.load(from + ${3 * j + part} * step)`));
    return {re: p.sub(re, im), im: p.sub(p.sub(sum, re), im)};
  };
  p.complex(
    Array.from({length: n}, (_, j) => load(j)),
    1,
    (j, {re, im}) => {
      p.lines.push(`v128.store(to, ${text(re)}, ${16 * j}); v128.store(to, ${text(im)}, ${16 * (n + j)});`);
    },
  );
  return `
function complexInverse${n}(from: usize, step: usize, to: usize): void {
  ${p.lines.join('\n  ')}
}
`;
}

/** Loops over the vectors of the lanes of tiles from..to, a group at a time. `body` handles one group; `each` loops over its vectors. */
const groups = (body) => `
  const perTile = (lanes + 3) >> 2;
  for (let vector = from * perTile, last = to * perTile; vector < last; vector += ${group}) {
    const count = <usize>min(${group}, last - vector);
    const end = addresses + (count << 4);
    ${body}
  }`;

function kernels(n) {
  const row = 16 * n;
  const size = n * row;
  const each = (tile, line) => `for (let at = addresses, tile = ${tile}; at < end; at += 16, tile += ${size}) {
        ${line}
      }`;
  return `
export function fourier${n}(from: i32, to: i32, source: usize, tileOffsets: usize, rowStep: usize, columnStep: usize, rows: i32, columns: i32, out: usize, outStep: usize, planeStep: usize, lanes: i32): void {
  const addresses = scratch, line = scratch + ${linePlace}, first = scratch + ${tilePlace};
  memory.fill(line, 0, ${row});
  memory.fill(first, 0, ${size * group});
  // Rows are as far apart as all their planes, or lie side by side.
  const apart = outStep > planeStep;
  if (!apart) for (let plane: usize = 0; plane < ${planes(n)}; ++plane) touch(out + plane * planeStep + <usize>from * outStep, <usize>(to - from) * outStep);
  ${groups(
    `for (let q: usize = 0; q < count; ++q) {
      const t = (vector + <i32>q) / perTile, lane = (vector + <i32>q) % perTile, left = lanes - (lane << 2);
      if (apart && lane == 0) touch(out + <usize>t * outStep, ${planes(n)} * planeStep);
      store<usize>(addresses + (q << 4), source + <usize>load<i32>(tileOffsets + (<usize>t << 2)) + (<usize>lane << 4));
      store<usize>(addresses + (q << 4), left < 4 ? scratch + ${sparePlace} + q * ${16 * planes(n)} : out + <usize>t * outStep + (<usize>lane << 4), 4);
      store<usize>(addresses + (q << 4), left < 4 ? 16 : planeStep, 8);
    }
    for (let j: usize = 0; j < <usize>columns; ++j) {
      ${each(
        'first + (j << 4)',
        `const pixels = load<usize>(at) + j * columnStep;
        if (rows == ${n}) realForward${n}(pixels, rowStep, tile, ${row});
        else {
          for (let i: usize = 0, pixel = pixels; i < <usize>rows; ++i, pixel += rowStep) v128.store(line + (i << 4), v128.load(pixel));
          realForward${n}(line, 16, tile, ${row});
        }`,
      )}
    }
    for (let u: usize = 0; u < 2; ++u) {
      ${each(
        `first + u * ${row}`,
        `const step = load<usize>(at, 8), to = load<usize>(at, 4) + u * ${n} * step;
        realForward${n}(tile, 16, to, step);
        let sum = load<usize>(at, 4) + (${2 * n} + u * ${n / 2 - 1}) * step;
        for (let re = to + 2 * step; re < to + ${n} * step; re += 2 * step, sum += step) v128.store(sum, f32x4.add(v128.load(re), v128.load(re + step)));`,
      )}
    }
    for (let u: usize = 1; u < ${n / 2}; ++u) {
      ${each(
        `first + u * ${2 * row}`,
        `const step = load<usize>(at, 8);
        complexForward${n}(tile, load<usize>(at, 4) + (u * ${3 * n} - 2) * step, step);`,
      )}
    }
    for (let q: usize = 0; q < count; ++q) {
      const t = (vector + <i32>q) / perTile, lane = (vector + <i32>q) % perTile, left = lanes - (lane << 2);
      if (left >= 4) continue;
      const spare = scratch + ${sparePlace} + q * ${16 * planes(n)};
      for (let from = spare, to = out + <usize>t * outStep + (<usize>lane << 4); from < spare + ${16 * planes(n)}; from += 16, to += planeStep) storeLanes(to, v128.load(from), left);
    }`,
  )}
}

export function fourierInverse${n}(from: i32, to: i32, source: usize, sourceStep: usize, planeStep: usize, out: usize, outOffsets: usize, outRowStep: usize, outColumnStep: usize, rows: i32, columns: i32, lanes: i32): void {
  const addresses = scratch, line = scratch + ${linePlace}, first = scratch + ${tilePlace};
  const scale = f32x4.splat(${1 / n ** 2});
  ${groups(
    `for (let q: usize = 0; q < count; ++q) {
      const t = (vector + <i32>q) / perTile, lane = (vector + <i32>q) % perTile;
      store<usize>(addresses + (q << 4), source + <usize>t * sourceStep + (<usize>lane << 4));
      store<usize>(addresses + (q << 4), out + <usize>load<i32>(outOffsets + (<usize>t << 2)) + (<usize>lane << 4), 4);
      store<i32>(addresses + (q << 4), lanes - (lane << 2), 8);
    }
    for (let u: usize = 0; u < 2; ++u) {
      ${each(
        `first + u * ${row}`,
        `let product = load<usize>(at), sum = product + (${2 * n} + u * ${n / 2 - 1}) * planeStep;
        product += u * ${n} * planeStep;
        v128.store(line, v128.load(product));
        v128.store(line, v128.load(product + planeStep), 16);
        product += 2 * planeStep;
        for (let pair = line + 32; pair < line + ${row}; pair += 32, product += 2 * planeStep, sum += planeStep) {
          const re = v128.load(product), im = v128.load(product + planeStep);
          v128.store(pair, f32x4.sub(re, im));
          v128.store(pair, f32x4.sub(f32x4.sub(v128.load(sum), re), im), 16);
        }
        realInverse${n}(line, 16, tile, 16);`,
      )}
    }
    for (let u: usize = 1; u < ${n / 2}; ++u) {
      ${each(
        `first + u * ${2 * row}`,
        `complexInverse${n}(load<usize>(at) + (u * ${3 * n} - 2) * planeStep, planeStep, tile);`,
      )}
    }
    for (let j: usize = 0; j < <usize>columns; ++j) {
      ${each(
        `first + ((${n} - columns + j) << 4)`,
        `realInverse${n}(tile, ${row}, line, 16);
        let place = load<usize>(at, 4) + j * outColumnStep;
        const left = load<i32>(at, 8);
        for (let pixel = line + (<usize>(${n} - rows) << 4); pixel < line + ${row}; pixel += 16, place += outRowStep) {
          const value = f32x4.mul(v128.load(pixel), scale);
          if (left >= 4) v128.store(place, value);
          else storeLanes(place, value, left);
        }`,
      )}
    }`,
  )}
}
`;
}

const shared = `
@inline function nmadd(a: v128, b: v128, sum: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_nmadd(a, b, sum);
  return f32x4.sub(sum, f32x4.mul(a, b));
}

/** Reads a stretch of memory straight ahead, as caches fetch it fastest, before it is written to here and there. */
function touch(place: usize, bytes: usize): void {
  let sum: u32 = 0;
  for (let at = place; at < place + bytes; at += 64) sum += load<u32>(at);
  store<u32>(scratch, sum, 12); // else nobody would need it
}

/** They lie before what else each thread has for itself. @returns how many bytes they take */
let factors: usize;
function fillFactors(place: usize): usize {
  factors = place;
  ${join(factors.length, (i) => `v128.store(place, f32x4.splat(${factors[i]}), ${16 * i});`, '\n  ')}
  return ${16 * factors.length};
}
`;

export const fourier =
  shared +
  fourierSides
    .map((n) => [realForward, realInverse, complexForward, complexInverse, kernels].map((make) => make(n)).join(''))
    .join('');
