// The micro-kernels in AssemblyScript, as text. A tile keeps its sums in registers. AssemblyScript needs a local for each, so the
// tiles are written out here by size. `scripts/assembly.mjs` compiles them in several variants: with f32x4.mul and add, and with
// relaxed fused multiply-add.

import {batchedGemm} from './batchedGemm.mjs';
import {dwconv} from './dwconv.mjs';
import {epilogue} from './epilogue.mjs';
import {fourier} from './fourier.mjs';
import {repeat} from './repeat.mjs';
import {join} from './text.mjs';
import {tileTransforms} from './tileTransforms.mjs';

const shared = `
@inline function madd(a: v128, b: v128, sum: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, sum);
  return f32x4.add(sum, f32x4.mul(a, b));
}

/** The second half of a row of which only columns 5 to 7 are there, in place. */
@inline function loadRest(at: usize, columns: i32): v128 {
  if (!(columns & 2)) return v128.load32_zero(at, 16);
  const two = v128.load64_zero(at, 16);
  return columns & 1 ? v128.load_lane<f32>(at, two, 2, 24) : two;
}

@inline function storeRest(at: usize, value: v128, columns: i32): void {
  if (!(columns & 2)) {
    v128.store_lane<f32>(at, value, 0, 16);
    return;
  }
  v128.store_lane<u64>(at, value, 0, 16);
  if (columns & 1) v128.store_lane<f32>(at, value, 2, 24);
}

function total(sums: v128): f32 {
  return f32x4.extract_lane(sums, 0) + f32x4.extract_lane(sums, 1) + (f32x4.extract_lane(sums, 2) + f32x4.extract_lane(sums, 3));
}

@inline function offset(rowOffsets: usize, row: i32): usize {
  return <usize>load<i32>(rowOffsets + (<usize>row << 2));
}

/** Whether the four rows from this one on, as far as there are so many, lie side by side in the source. */
function side(rowOffsets: usize, row: i32, last: i32): bool {
  const end = min(row + 3, last);
  return offset(rowOffsets, end) - offset(rowOffsets, row) == <usize>(end - row) << 2;
}

/** Four rows of the source that do not; the last one again where there are fewer. */
function apart(rowOffsets: usize, row: i32, last: i32, at: usize): v128 {
  let a = v128.load_splat<f32>(at + offset(rowOffsets, row));
  a = v128.load_lane<f32>(at + offset(rowOffsets, min(row + 1, last)), a, 1);
  a = v128.load_lane<f32>(at + offset(rowOffsets, min(row + 2, last)), a, 2);
  return v128.load_lane<f32>(at + offset(rowOffsets, min(row + 3, last)), a, 3);
}

/** Writes the sums of four rows one below the other, as many as there are. */
function put(sums: v128, first: i32, to: i32, out: usize, stride: usize, accumulate: i32): void {
  for (let row = first; row < min(first + 4, to); ++row) {
    const at = out + stride * <usize>row;
    const sum = f32x4.extract_lane(sums, 0);
    store<f32>(at, accumulate ? load<f32>(at) + sum : sum);
    sums = v128.shuffle<f32>(sums, sums, 1, 2, 3, 0);
  }
}

export function same(a: usize, b: usize, bytes: i32): bool {
  const end = a + (<usize>bytes & ~15);
  for (; a < end; a += 16, b += 16) if (v128.any_true(v128.xor(v128.load(a), v128.load(b)))) return false;
  for (bytes &= 15; bytes > 0; bytes -= 4, a += 4, b += 4) if (load<i32>(a) != load<i32>(b)) return false;
  return true;
}

/**
 * Copies a matrix into a panel, whose rows are a step apart; zeros beyond its columns. width is 8, 4 or 1.
 */
export function pack(from: usize, rowStride: usize, columnStride: usize, rows: i32, columns: i32, width: i32, panel: usize, step: usize): void {
  if (width == 1 && rowStride == 4 && step == 4) {
    memory.copy(panel, from, <usize>rows << 2);
    return;
  }
  if (columnStride == 4 && columns == width && width > 1) {
    for (let row = 0; row < rows; ++row, from += rowStride, panel += step) {
      v128.store(panel, v128.load(from));
      if (width == 8) v128.store(panel, v128.load(from, 16), 16);
    }
    return;
  }
  let row = 0;
  if (rowStride == 4 && columns == width && width > 1) {
    // Four rows of four columns at a time, transposed.
    for (; row + 4 <= rows; row += 4, from += 16, panel += step << 2) {
      for (let half: usize = 0; half < <usize>width; half += 4) {
        const c0 = from + half * columnStride;
        const c1 = c0 + columnStride, c2 = c1 + columnStride;
        const v0 = v128.load(c0), v1 = v128.load(c1), v2 = v128.load(c2), v3 = v128.load(c2 + columnStride);
        const low01 = v128.shuffle<f32>(v0, v1, 0, 4, 1, 5), low23 = v128.shuffle<f32>(v2, v3, 0, 4, 1, 5);
        const high01 = v128.shuffle<f32>(v0, v1, 2, 6, 3, 7), high23 = v128.shuffle<f32>(v2, v3, 2, 6, 3, 7);
        const to = panel + (half << 2);
        v128.store(to, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
        v128.store(to + step, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7));
        v128.store(to + 2 * step, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5));
        v128.store(to + 3 * step, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7));
      }
    }
  }
  for (; row < rows; ++row, from += rowStride, panel += step) {
    for (let column = 0; column < width; ++column) {
      store<f32>(panel + (<usize>column << 2), column < columns ? load<f32>(from + <usize>column * columnStride) : 0);
    }
  }
}
`;

const zeros = (rows, vectors) =>
  join(rows, (t) => join(vectors, (v) => `let c${t}${v} = f32x4.splat(0);`, ' '), '\n    ');

const storeRow = (t, vectors) =>
  vectors === 1
    ? `v128.store(at, c${t}0);`
    : `v128.store(at, c${t}0); if (whole) v128.store(at, c${t}1, 16); else storeRest(at, c${t}1, columns);`;

const addRow = (t, vectors) =>
  vectors === 1
    ? `c${t}0 = f32x4.add(c${t}0, v128.load(at));`
    : `c${t}0 = f32x4.add(c${t}0, v128.load(at)); c${t}1 = f32x4.add(c${t}1, whole ? v128.load(at, 16) : loadRest(at, columns));`;

/**
 * out[p, column] = Σ over the segments of window(p) · panel, `rows` pixels at a time. The last tile repeats the last pixel. A
 * second function does the same for all panels of `columns`, because a call from outside costs as much as some tiles. The panel's
 * function is exported too, so that it is not inlined.
 */
function igemm(rows, vectors) {
  const panel = `igemmPanel${4 * vectors}`;
  return `
export function igemm${4 * vectors}(from: i32, to: i32, source: usize, pixelOffsets: usize, segments: usize, segmentCount: i32, k: usize, panel: usize, out: usize, outOffsets: usize, stride: usize, columns: i32): void {
  for (let column = 0; column < columns; column += ${4 * vectors}) {
    const at = <usize>column << 2;
    ${panel}(from, to, source, pixelOffsets, segments, segmentCount, panel + at * k, out + at, outOffsets, stride, min(${4 * vectors}, columns - column));
  }
}

export function ${panel}(from: i32, to: i32, source: usize, pixelOffsets: usize, segments: usize, segmentCount: i32, panel: usize, out: usize, outOffsets: usize, stride: usize, columns: i32): void {
  ${vectors === 2 ? 'const whole = columns == 8;' : ''}
  const end = segments + (<usize>segmentCount << 3);
  const last = to - 1;
  let s: v128, ${join(vectors, (v) => `b${v}: v128`, ', ')};
  for (let first = from; first < to; first += ${rows}) {
    ${join(rows, (t) => `const i${t} = <usize>min(first + ${t}, last) << 2, a${t} = source + <usize>load<i32>(pixelOffsets + i${t});`, '\n    ')}
    ${zeros(rows, vectors)}
    let b = panel;
    for (let segment = segments; segment < end; segment += 8) {
      const segmentOffset = <usize>load<i32>(segment);
      ${join(rows, (t) => `let p${t} = a${t} + segmentOffset;`, ' ')}
      for (let left = load<i32>(segment, 4); left > 0; --left) {
        ${join(vectors, (v) => `b${v} = v128.load(b, ${16 * v});`, ' ')}
        ${join(rows, (t) => `s = v128.load_splat<f32>(p${t}); ${join(vectors, (v) => `c${t}${v} = madd(s, b${v}, c${t}${v});`, ' ')}`, '\n        ')}
        ${join(rows, (t) => `p${t} += 4;`, ' ')} b += ${16 * vectors};
      }
    }
    let at: usize;
    ${join(rows, (t) => `at = out + (outOffsets ? <usize>load<i32>(outOffsets + i${t}) : stride * (i${t} >> 2)); ${storeRow(t, vectors)}`, '\n    ')}
  }
}
`;
}

/**
 * out[row, column] (+)= Σ_p source[rowOffsets[row] + pixelOffsets[p]] · panel[p, column], `rows` rows at a time. A second
 * function handles all panels, as above.
 */
function igemmTransposed(rows, vectors) {
  const panel = `igemmTransposedPanel${4 * vectors}`;
  return `
export function igemmTransposed${4 * vectors}(from: i32, to: i32, source: usize, rowOffsets: usize, pixelOffsets: usize, pixelCount: i32, panel: usize, out: usize, stride: usize, columns: i32, accumulate: i32): void {
  for (let column = 0; column < columns; column += ${4 * vectors}) {
    const at = <usize>column << 2;
    ${panel}(from, to, source, rowOffsets, pixelOffsets, pixelCount, panel + at * <usize>pixelCount, out + at, stride, min(${4 * vectors}, columns - column), accumulate);
  }
}

export function ${panel}(from: i32, to: i32, source: usize, rowOffsets: usize, pixelOffsets: usize, pixelCount: i32, panel: usize, out: usize, stride: usize, columns: i32, accumulate: i32): void {
  ${vectors === 2 ? 'const whole = columns == 8;' : ''}
  const last = to - 1;
  const end = pixelOffsets + (<usize>pixelCount << 2);
  let at: usize, s: v128, ${join(vectors, (v) => `b${v}: v128`, ', ')};
  for (let first = from; first < to; first += ${rows}) {
    ${join(rows, (t) => `const a${t} = source + <usize>load<i32>(rowOffsets + (<usize>min(first + ${t}, last) << 2));`, '\n    ')}
    ${zeros(rows, vectors)}
    for (let pixel = pixelOffsets, b = panel; pixel < end; pixel += 4, b += ${16 * vectors}) {
      at = <usize>load<i32>(pixel); ${join(vectors, (v) => `b${v} = v128.load(b, ${16 * v});`, ' ')}
      ${join(rows, (t) => `s = v128.load_splat<f32>(a${t} + at); ${join(vectors, (v) => `c${t}${v} = madd(s, b${v}, c${t}${v});`, ' ')}`, '\n      ')}
    }
    ${join(rows, (t) => `if (first + ${t} <= last) { at = out + stride * <usize>(first + ${t}); if (accumulate) { ${addRow(t, vectors)} } ${storeRow(t, vectors)} }`, '\n    ')}
  }
}
`;
}

/**
 * out[p, column] = Σ over the segments of window(p) · column of the panel, for one to three columns, `rows` pixels at a time.
 * These are too few for a vector, so a vector holds four terms of one sum.
 */
function narrowIgemm(rows, columns) {
  return `
export function narrowIgemm${columns}(from: i32, to: i32, source: usize, pixelOffsets: usize, segments: usize, segmentCount: i32, k: i32, panel: usize, out: usize, outOffsets: usize, stride: usize): void {
  const end = segments + (<usize>segmentCount << 3);
  const last = to - 1;
  const step = <usize>k << 2;
  let a: v128, ${join(columns, (j) => `b${j}: v128`, ', ')};
  for (let first = from; first < to; first += ${rows}) {
    ${join(rows, (t) => `const i${t} = <usize>min(first + ${t}, last) << 2, a${t} = source + <usize>load<i32>(pixelOffsets + i${t});`, '\n    ')}
    ${zeros(rows, columns)}
    let q0 = panel${join(columns - 1, (j) => `, q${j + 1} = q${j} + step`, '')};
    for (let segment = segments; segment < end; segment += 8) {
      const segmentOffset = <usize>load<i32>(segment);
      ${join(rows, (t) => `let p${t} = a${t} + segmentOffset;`, ' ')}
      let left = load<i32>(segment, 4);
      for (; left >= 4; left -= 4) {
        ${join(columns, (j) => `b${j} = v128.load(q${j}); q${j} += 16;`, ' ')}
        ${join(rows, (t) => `a = v128.load(p${t}); p${t} += 16; ${join(columns, (j) => `c${t}${j} = madd(a, b${j}, c${t}${j});`, ' ')}`, '\n        ')}
      }
      for (; left > 0; --left) {
        ${join(columns, (j) => `b${j} = v128.load32_zero(q${j}); q${j} += 4;`, ' ')}
        ${join(rows, (t) => `a = v128.load32_zero(p${t}); p${t} += 4; ${join(columns, (j) => `c${t}${j} = madd(a, b${j}, c${t}${j});`, ' ')}`, '\n        ')}
      }
    }
    let at: usize;
    ${join(rows, (t) => `at = out + (outOffsets ? <usize>load<i32>(outOffsets + i${t}) : stride * (i${t} >> 2)); ${join(columns, (j) => `store<f32>(at, total(c${t}${j}), ${4 * j});`, ' ')}`, '\n    ')}
  }
}
`;
}

/**
 * out[row, column] (+)= Σ_p source[rowOffsets[row] + pixelOffsets[p]] · column of the panel, for one to three columns. It
 * computes `groups` of four rows at a time.
 */
function narrowIgemmTransposed(groups, columns) {
  return `
export function narrowIgemmTransposed${columns}(from: i32, to: i32, source: usize, rowOffsets: usize, pixelOffsets: usize, pixelCount: i32, panel: usize, out: usize, stride: usize, accumulate: i32): void {
  const last = to - 1;
  const end = pixelOffsets + (<usize>pixelCount << 2);
  const step = <usize>pixelCount << 2;
  let at: usize, a: v128, ${join(columns, (j) => `b${j}: v128`, ', ')};
  for (let first = from; first < to; first += ${4 * groups}) {
    let near = true;
    ${join(groups, (g) => `const r${g} = min(first + ${4 * g}, last), a${g} = source + offset(rowOffsets, r${g}); near = near && side(rowOffsets, r${g}, last);`, '\n    ')}
    ${zeros(groups, columns)}
    let q0 = panel${join(columns - 1, (j) => `, q${j + 1} = q${j} + step`, '')};
    if (near) {
      for (let pixel = pixelOffsets; pixel < end; pixel += 4) {
        at = <usize>load<i32>(pixel); ${join(columns, (j) => `b${j} = v128.load_splat<f32>(q${j}); q${j} += 4;`, ' ')}
        ${join(groups, (g) => `a = v128.load(a${g} + at); ${join(columns, (j) => `c${g}${j} = madd(a, b${j}, c${g}${j});`, ' ')}`, '\n        ')}
      }
    } else {
      for (let pixel = pixelOffsets; pixel < end; pixel += 4) {
        at = source + <usize>load<i32>(pixel); ${join(columns, (j) => `b${j} = v128.load_splat<f32>(q${j}); q${j} += 4;`, ' ')}
        ${join(groups, (g) => `a = apart(rowOffsets, r${g}, last, at); ${join(columns, (j) => `c${g}${j} = madd(a, b${j}, c${g}${j});`, ' ')}`, '\n        ')}
      }
    }
    ${join(groups, (g) => join(columns, (j) => `put(c${g}${j}, first + ${4 * g}, to, out + ${4 * j}, stride, accumulate);`, ' '), '\n    ')}
  }
}
`;
}

/** Arithmetic on registers alone, the upper limit of speed: 448 operations in each iteration, on almost as many registers as there are. */
const peak = `
export function peak(iterations: i32, value: f32): f32 {
  const s = f32x4.splat(value); // a constant might be made anew each time
  ${join(14, (i) => `let c${i} = s;`, ' ')}
  for (; iterations > 0; --iterations) {
    if (ASC_FEATURE_RELAXED_SIMD) {
      ${join(56, (i) => `c${i % 14} = f32x4.relaxed_madd(s, s, c${i % 14});`, ' ')}
    } else {
      ${join(112, (i) => (i % 2 ? `c${i % 14} = f32x4.add(c${i % 14}, s);` : `c${i % 14} = f32x4.mul(c${i % 14}, s);`), ' ')}
    }
  }
  ${join(13, (i) => `c0 = f32x4.add(c0, c${i + 1});`, ' ')}
  return f32x4.extract_lane(c0, 0);
}
`;

/**
 * The text of a module.
 * @param rows8 the rows of its tiles of eight columns
 * @param rows4 the rows of its tiles of four columns
 * @param activations the expression of each activation, see `epilogue.mjs`
 */
export function kernels({rows8, rows4}, activations) {
  return [
    ...[shared, igemm(rows8, 2), igemm(rows4, 1), igemmTransposed(rows8, 2), igemmTransposed(rows4, 1)],
    // A tile's sums, operands and factors just fit the registers.
    ...[narrowIgemm(7, 1), narrowIgemm(4, 2), narrowIgemm(3, 3)],
    ...[narrowIgemmTransposed(7, 1), narrowIgemmTransposed(4, 2), narrowIgemmTransposed(3, 3)],
    ...[epilogue(activations), dwconv, repeat, batchedGemm, tileTransforms, fourier, peak],
  ].join('');
}
