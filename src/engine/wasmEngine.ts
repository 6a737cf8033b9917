import {ConvgradError} from '../geometry/error.js';
import {Counter} from './counter.js';
import {type Arena, arrayBytes, type Engine} from './engine.js';
import {withGemm} from './gemm.js';
import {type Panels, panelBytes, panelsOf} from './panels.js';
import {compile, instantiate, type KernelName, mostPages, tileRows, type WasmVariant} from './wasmModule.js';

const pageBytes = 65_536;
/** The kernels' own data lie below. */
const firstPlace = 4_096;
const spillPlace = 1_024;
/** Operations of each turn of `peak`. */
const peakOperations = 224;

/** One kernel over a range. */
interface Call {
  kernel: KernelName;
  args: number[];
}

/**
 * An engine on WebAssembly vectors. It computes in a memory of its own, which grows to what the largest call needs and stays so until it is
 * released; sums are float32, of which each tile keeps its own in registers from the first term to the last.
 */
export function wasmEngine(variant: WasmVariant): Engine {
  const {rows8, rows4} = tileRows(variant);
  const memory = new WebAssembly.Memory({initial: 1, maximum: mostPages});
  const kernels = instantiate(compile(variant, false), memory);
  kernels.setSpill(spillPlace);
  const name = variant === 'simd' ? 'simd' : 'fma';
  const counter = new Counter(name);
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
  const run = (calls: readonly Call[], count: number): void => {
    for (const {kernel, args} of calls) kernels[kernel](0, count, ...args);
  };

  return withGemm({
    name,
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

    packedBytes: (k, n) => panelBytes(k, n) + arrayBytes,

    reserve: (_arena, k, n): Panels => ({k, n, place: take(panelBytes(k, n))}),

    pack(room, blocks): Panels {
      const {n, place} = room as Panels;
      const k = blocks.reduce((sum, block) => sum + block.rows, 0);
      const packed = {k, n, place};
      for (const {column, columns, width, place: panel} of panelsOf(packed)) {
        let above = 0;
        for (const {data, offset, rowStride, columnStride, rows: count} of blocks) {
          const from = data.byteOffset + 4 * (offset + column * columnStride);
          for (let j = 0; j < (width === 1 ? columns : 1); j++) {
            const to = panel + 4 * (j * k + width * above);
            kernels.pack(
              from + 4 * j * columnStride,
              4 * rowStride,
              4 * columnStride,
              count,
              Math.min(columns, width),
              width,
              to,
            );
          }
          above += count;
        }
      }
      return packed;
    },

    gather({source, pixels, runs, b, out, outs}) {
      const [from, at, to] = [source.byteOffset, pixels.byteOffset, outs.byteOffset];
      const calls: Call[] = [];
      for (const {column, columns, width, place} of panelsOf(b as Panels)) {
        const target = out.byteOffset + 4 * column;
        const stretches = [runs.byteOffset, runs.length / 2];
        if (width === 1) {
          const kernel = `narrowGather${columns as 1 | 2 | 3}` as const;
          counter.add(kernel, {
            'cut rows': pixels.length % narrowRows[columns] > 0,
            'single terms': hasSingleTerms(runs),
          });
          calls.push({kernel, args: [from, at, ...stretches, b.k, place, target, to]});
        } else {
          const kernel = `gather${width}` as const;
          counter.add(kernel, {
            'whole columns': columns === width,
            'cut columns': columns < width,
            'cut rows': pixels.length % (width === 8 ? rows8 : rows4) > 0,
          });
          calls.push({kernel, args: [from, at, ...stretches, place, target, to, columns]});
        }
      }
      run(calls, pixels.length);
    },

    outer({source, offsets, pixels, b, out, accumulate}) {
      const calls: Call[] = [];
      for (const {column, columns, width, place} of panelsOf(b as Panels)) {
        const target = [out.byteOffset + 4 * column, 4 * b.n];
        const args = [source.byteOffset, offsets.byteOffset, pixels.byteOffset, pixels.length, place, ...target];
        if (width === 1) {
          const kernel = `narrowOuter${columns as 1 | 2 | 3}` as const;
          const apart = offsets.some((offset, i) => i > 0 && offset !== offsets[i - 1] + 4);
          counter.add(kernel, {'rows side by side': !apart, 'rows apart': apart, accumulating: accumulate});
          calls.push({kernel, args: [...args, Number(accumulate)]});
        } else {
          const kernel = `outer${width}` as const;
          counter.add(kernel, {
            'whole columns': columns === width,
            'cut columns': columns < width,
            'cut rows': offsets.length % (width === 8 ? rows8 : rows4) > 0,
            accumulating: accumulate,
          });
          calls.push({kernel, args: [...args, columns, Number(accumulate)]});
        }
      }
      run(calls, offsets.length);
    },

    probe(turns) {
      kernels.peak(turns, 1);
      return turns * peakOperations;
    },
  });
}

/** Pixels of a tile of so many columns. */
const narrowRows: Readonly<Record<number, number>> = {1: 7, 2: 4, 3: 3};

function hasSingleTerms(runs: Int32Array): boolean {
  return runs.some((length, i) => i % 2 === 1 && length % 4 > 0);
}
