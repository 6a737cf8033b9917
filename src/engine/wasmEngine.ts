import {ConvgradError} from '../geometry/error.js';
import {fma, simd} from './assembly/modules.js';
import {type Arena, arrayBytes, type Engine, type Packed} from './engine.js';
import {withGemm} from './gemm.js';
import {makeParts, type Part} from './part.js';

/** What `assembly/kernels.mjs` exports; places are byte addresses in its memory. */
interface Kernels {
  pack(
    from: number,
    rowStride: number,
    columnStride: number,
    rows: number,
    columns: number,
    width: number,
    panel: number,
  ): void;
  gather8: GatherKernel;
  gather4: GatherKernel;
  outer8: OuterKernel;
  outer4: OuterKernel;
  peak(turns: number, factor: number, summand: number): number;
}
type GatherKernel = (
  source: number,
  pixels: number,
  count: number,
  runs: number,
  runCount: number,
  panel: number,
  out: number,
  outs: number,
  columns: number,
) => void;
type OuterKernel = (
  source: number,
  offsets: number,
  count: number,
  pixels: number,
  pixelCount: number,
  panel: number,
  out: number,
  stride: number,
  columns: number,
  accumulate: number,
) => void;

/** Panels of 8 or 4 columns one after another, from a place in the memory. */
interface Panels extends Packed {
  place: number;
}

const pageBytes = 65_536;
/** What typed arrays and 32-bit signed places reach. */
const mostPages = 32_767;
/** What each turn of `peak` does. */
const peakOperations = 8 * 12;
/** The module's own data lie below. */
const firstPlace = 4_096;

/** The columns of each panel, eight as long as there are more than four left, and its place in the memory. */
function* panelsOf({k, n, place}: Panels): Generator<{column: number; columns: number; width: 4 | 8; panel: number}> {
  for (let column = 0; column < n; ) {
    const width = n - column > 4 ? 8 : 4;
    // Each row of the panels before takes `column` floats: only the last is ever cut.
    yield {column, columns: Math.min(width, n - column), width, panel: place + 4 * column * k};
    column += width;
  }
}

/** Whether this engine runs WebAssembly with 128-bit vectors, and with relaxed ones. */
export function wasmVariants(): ('simd' | 'fma')[] {
  if (typeof WebAssembly !== 'object') return [];
  return (['fma', 'simd'] as const).filter((name) => WebAssembly.validate(bytesOf(name)));
}

/**
 * An engine on WebAssembly vectors. It computes in a memory of its own, which grows to what the largest call needs and stays so until
 * `release`; sums are float32, of which each tile keeps its own in registers from the first term to the last.
 */
export function wasmEngine(variant: 'simd' | 'fma'): Engine {
  const {rows} = {simd, fma}[variant];
  const tileRows = {8: rows, 4: 8};
  const memory = new WebAssembly.Memory({initial: 1, maximum: mostPages});
  const module = new WebAssembly.Module(bytesOf(variant));
  const kernels = new WebAssembly.Instance(module, {env: {memory}}).exports as unknown as Kernels;
  const counter = new Counter(variant);
  let top = firstPlace;
  let inUse = false;

  const take = (bytes: number): number => {
    const place = top;
    top += Math.ceil(bytes / 16) * 16;
    return place;
  };
  const arena: Arena = {
    floats: (length) => new Float32Array(memory.buffer, take(4 * length), length),
    integers: (length) => new Int32Array(memory.buffer, take(4 * length), length),
  };

  return withGemm({
    name: variant,
    parts: counter.parts,

    within(bytes, fn) {
      if (inUse) throw new Error('the arena is in use'); // growing would take its arrays away
      const pages = Math.ceil((firstPlace + bytes) / pageBytes);
      const missing = pages - memory.buffer.byteLength / pageBytes;
      try {
        if (missing > 0) memory.grow(missing);
      } catch {
        throw new ConvgradError(
          'conv2d',
          `the arithmetic needs ${bytes} bytes beside the tensors and there is no such memory; use smaller batches or images.`,
        );
      }
      inUse = true;
      top = firstPlace;
      try {
        return fn(arena);
      } finally {
        inUse = false;
      }
    },

    packedBytes: (k, n) => 4 * k * (Math.ceil(n / 4) * 4) + arrayBytes,

    reserve: (_arena, k, n): Panels => ({k, n, place: take(4 * k * (Math.ceil(n / 4) * 4))}),

    pack(room, blocks): Panels {
      const {n, place} = room as Panels;
      const k = blocks.reduce((sum, block) => sum + block.rows, 0);
      const packed = {k, n, place};
      for (const {column, columns, width, panel} of panelsOf(packed)) {
        let to = panel;
        for (const {data, offset, rowStride, columnStride, rows: count} of blocks) {
          const from = data.byteOffset + 4 * (offset + column * columnStride);
          kernels.pack(from, 4 * rowStride, 4 * columnStride, count, columns, width, to);
          to += 4 * width * count;
        }
      }
      return packed;
    },

    gather({source, pixels, runs, b, out, outs}) {
      for (const {column, columns, width, panel} of panelsOf(b as Panels)) {
        counter.add(`gather${width}`, {
          'whole columns': columns === width,
          'cut columns': columns < width,
          'cut rows': pixels.length % tileRows[width] > 0,
        });
        kernels[`gather${width}`](
          source.byteOffset,
          pixels.byteOffset,
          pixels.length,
          runs.byteOffset,
          runs.length / 2,
          panel,
          out.byteOffset + 4 * column,
          outs.byteOffset,
          columns,
        );
      }
    },

    outer({source, offsets, pixels, b, out, accumulate}) {
      for (const {column, columns, width, panel} of panelsOf(b as Panels)) {
        counter.add(`outer${width}`, {
          'whole columns': columns === width,
          'cut columns': columns < width,
          'cut rows': offsets.length % tileRows[width] > 0,
          accumulating: accumulate,
        });
        kernels[`outer${width}`](
          source.byteOffset,
          offsets.byteOffset,
          offsets.length,
          pixels.byteOffset,
          pixels.length,
          panel,
          out.byteOffset + 4 * column,
          4 * b.n,
          columns,
          accumulate ? 1 : 0,
        );
      }
    },

    probe(turns) {
      kernels.peak(turns, 0.5, 1);
      return turns * peakOperations;
    },
  });
}

/** What a call of a tile kernel reaches of it. */
const ends = ['whole columns', 'cut columns', 'cut rows', 'accumulating'] as const;

/** Counts what calls reach of each kernel. */
class Counter {
  readonly parts: Part[];
  private readonly byName: Map<string, Part>;

  constructor(variant: string) {
    const names = ['gather8', 'gather4', 'outer8', 'outer4'].flatMap((kernel) =>
      // A gather writes each element once.
      ends.filter((end) => end !== 'accumulating' || kernel.startsWith('outer')).map((end) => `${kernel}, ${end}`),
    );
    this.parts = makeParts(names.map((name) => `${variant} ${name}`));
    this.byName = new Map(names.map((name, i) => [name, this.parts[i]]));
  }

  add(kernel: string, reached: Partial<Record<(typeof ends)[number], boolean>>): void {
    for (const end of ends) {
      const part = reached[end] ? this.byName.get(`${kernel}, ${end}`) : undefined;
      if (part) part.hits++;
    }
  }
}

function bytesOf(variant: 'simd' | 'fma'): Uint8Array<ArrayBuffer> {
  const text = atob({simd, fma}[variant].base64);
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}
