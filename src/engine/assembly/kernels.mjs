// The micro-kernels in AssemblyScript, as text. A tile keeps its sums in registers, which AssemblyScript can only do with a local for each, so
// the tiles are written out here by size. `scripts/assembly.mjs` compiles them twice: with f32x4.mul and add, and with relaxed fused multiply-add.

const range = (length) => Array.from({length}, (_, i) => i);
const join = (length, line, separator = '\n') => range(length).map(line).join(separator);

const shared = `
@inline function madd(a: v128, b: v128, sum: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, sum);
  return f32x4.add(sum, f32x4.mul(a, b));
}

/** Columns of a tile that are cut off pass through here. */
const spill: usize = memory.data(32, 16);

function storeSome(to: usize, columns: i32): void {
  for (let i = 0; i < columns; ++i) store<f32>(to + (<usize>i << 2), load<f32>(spill + (<usize>i << 2)));
}

function loadSome(from: usize, columns: i32): void {
  for (let i = 0; i < columns; ++i) store<f32>(spill + (<usize>i << 2), load<f32>(from + (<usize>i << 2)));
}

/**
 * Copies a matrix into a panel: panel[row * width + column], zeros beyond its columns. width is 4 or 8.
 */
export function pack(from: usize, rowStride: usize, columnStride: usize, rows: i32, columns: i32, width: i32, panel: usize): void {
  if (columnStride == 4 && columns == width) {
    for (let row = 0; row < rows; ++row, from += rowStride, panel += <usize>width << 2) {
      v128.store(panel, v128.load(from));
      if (width == 8) v128.store(panel, v128.load(from, 16), 16);
    }
    return;
  }
  let row = 0;
  if (rowStride == 4 && columns == width) {
    // Four rows of four columns at a time, turned.
    for (; row + 4 <= rows; row += 4, from += 16, panel += <usize>width << 4) {
      for (let half: usize = 0; half < <usize>width; half += 4) {
        const c0 = from + half * columnStride;
        const c1 = c0 + columnStride, c2 = c1 + columnStride;
        const v0 = v128.load(c0), v1 = v128.load(c1), v2 = v128.load(c2), v3 = v128.load(c2 + columnStride);
        const low01 = v128.shuffle<f32>(v0, v1, 0, 4, 1, 5), low23 = v128.shuffle<f32>(v2, v3, 0, 4, 1, 5);
        const high01 = v128.shuffle<f32>(v0, v1, 2, 6, 3, 7), high23 = v128.shuffle<f32>(v2, v3, 2, 6, 3, 7);
        const to = panel + (half << 2), step = <usize>width << 2;
        v128.store(to, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
        v128.store(to + step, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7));
        v128.store(to + 2 * step, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5));
        v128.store(to + 3 * step, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7));
      }
    }
  }
  for (; row < rows; ++row, from += rowStride, panel += <usize>width << 2) {
    for (let column = 0; column < width; ++column) {
      store<f32>(panel + (<usize>column << 2), column < columns ? load<f32>(from + <usize>column * columnStride) : 0);
    }
  }
}
`;

const zeros = (rows, vectors) =>
  join(rows, (t) => join(vectors, (v) => `let c${t}${v} = f32x4.splat(0);`, ' '), '\n    ');

const storeRow = (t, vectors) =>
  `if (whole) { ${join(vectors, (v) => `v128.store(to, c${t}${v}, ${16 * v});`, ' ')} } ` +
  `else { ${join(vectors, (v) => `v128.store(spill, c${t}${v}, ${16 * v});`, ' ')} storeSome(to, columns); }`;

const addRow = (t, vectors) =>
  `if (!whole) { loadSome(to, columns); to = spill; } ` +
  join(vectors, (v) => `c${t}${v} = f32x4.add(c${t}${v}, v128.load(to, ${16 * v}));`, ' ');

/** out[p, column] = Σ over the runs of window(p) · panel, `rows` pixels at a time; the last tile repeats the last pixel. */
function gather(rows, vectors) {
  return `
export function gather${4 * vectors}(source: usize, pixels: usize, count: i32, runs: usize, runCount: i32, panel: usize, out: usize, outs: usize, columns: i32): void {
  const whole = columns == ${4 * vectors};
  const end = runs + (<usize>runCount << 3);
  const last = count - 1;
  let s: v128, ${join(vectors, (v) => `b${v}: v128`, ', ')};
  for (let first = 0; first < count; first += ${rows}) {
    ${join(rows, (t) => `const at${t} = <usize>min(first + ${t}, last) << 2, a${t} = source + <usize>load<i32>(pixels + at${t});`, '\n    ')}
    ${zeros(rows, vectors)}
    let b = panel;
    for (let run = runs; run < end; run += 8) {
      const place = <usize>load<i32>(run);
      ${join(rows, (t) => `let p${t} = a${t} + place;`, ' ')}
      for (let left = load<i32>(run, 4); left > 0; --left) {
        ${join(vectors, (v) => `b${v} = v128.load(b, ${16 * v});`, ' ')}
        ${join(rows, (t) => `s = v128.load_splat<f32>(p${t}); ${join(vectors, (v) => `c${t}${v} = madd(s, b${v}, c${t}${v});`, ' ')}`, '\n        ')}
        ${join(rows, (t) => `p${t} += 4;`, ' ')} b += ${16 * vectors};
      }
    }
    let to: usize;
    ${join(rows, (t) => `to = out + <usize>load<i32>(outs + at${t}); ${storeRow(t, vectors)}`, '\n    ')}
  }
}
`;
}

/** out[row, column] (+)= Σ_p source[offsets[row] + pixels[p]] · panel[p, column], `rows` rows at a time. */
function outer(rows, vectors) {
  return `
export function outer${4 * vectors}(source: usize, offsets: usize, count: i32, pixels: usize, pixelCount: i32, panel: usize, out: usize, stride: usize, columns: i32, accumulate: i32): void {
  const whole = columns == ${4 * vectors};
  const last = count - 1;
  const end = pixels + (<usize>pixelCount << 2);
  let at: usize, s: v128, ${join(vectors, (v) => `b${v}: v128`, ', ')};
  for (let first = 0; first < count; first += ${rows}) {
    ${join(rows, (t) => `const a${t} = source + <usize>load<i32>(offsets + (<usize>min(first + ${t}, last) << 2));`, '\n    ')}
    ${zeros(rows, vectors)}
    for (let pixel = pixels, b = panel; pixel < end; pixel += 4, b += ${16 * vectors}) {
      at = <usize>load<i32>(pixel); ${join(vectors, (v) => `b${v} = v128.load(b, ${16 * v});`, ' ')}
      ${join(rows, (t) => `s = v128.load_splat<f32>(a${t} + at); ${join(vectors, (v) => `c${t}${v} = madd(s, b${v}, c${t}${v});`, ' ')}`, '\n      ')}
    }
    let row: usize, to: usize;
    ${join(rows, (t) => `if (first + ${t} <= last) { row = out + stride * <usize>(first + ${t}); if (accumulate) { to = row; ${addRow(t, vectors)} } to = row; ${storeRow(t, vectors)} }`, '\n    ')}
  }
}
`;
}

/** Sums that are open at a time: as many as hide the latency of an addition. */
const chains = 12;
/** Arithmetic on registers alone, which nothing can outrun: 8·chains operations each turn. */
const peak = `
export function peak(turns: i32, a: f32, b: f32): f32 {
  const half = f32x4.splat(a), one = f32x4.splat(b); // constants might be made anew each time
  ${join(chains, (i) => `let c${i} = f32x4.splat(${i});`, ' ')}
  for (; turns > 0; --turns) {
    if (ASC_FEATURE_RELAXED_SIMD) {
      ${join(chains, (i) => `c${i} = f32x4.relaxed_madd(half, one, c${i});`, ' ')}
    } else {
      ${join(chains, (i) => `c${i} = f32x4.add(one, f32x4.mul(half, c${i}));`, ' ')}
    }
  }
  let sum = c0;
  ${join(chains, (i) => `sum = f32x4.add(sum, c${i});`, ' ')}
  return f32x4.extract_lane(sum, 0);
}
`;

/**
 * The text of a module.
 * @param rows the rows of its tiles of eight columns; those of four columns have eight
 */
export function kernels(rows) {
  return [shared, gather(rows, 2), gather(8, 1), outer(rows, 2), outer(8, 1), peak].join('');
}
