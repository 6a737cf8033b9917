import {ConvgradError} from '../geometry/error.js';
import type {Call} from './call.js';
import {counterOf} from './counter.js';
import {type Arena, arrayBytes, type Engine, type Epilogue} from './engine.js';
import {withGemm} from './gemm.js';
import {packingParts, packPanels, stagingBytes} from './packing.js';
import {type Panels, panelBytes, panelsOf} from './panels.js';
import {controlBytes} from './threads/control.js';
import {type Pool, startPool, WorkerLost} from './threads/pool.js';
import {lanesArgs} from './wasmLanes.js';
import {compile, instantiate, type Kernels, mostPages, tileRows, type WasmVariant} from './wasmModule.js';

const pageBytes = 65_536;
/** The words by which threads agree lie below; then what is on its way into panels. */
const stagingPlace = controlBytes;
const firstPlace = stagingPlace + stagingBytes;
/** In the order of their numbers in `assembly/epilogue.mjs`. */
const activations = [
  'linear',
  'relu',
  'relu6',
  'prelu',
  'leakyrelu',
] as const satisfies readonly Epilogue['activation'][];
/** Operations of each turn of `peak`. */
const peakOperations = 448;

export interface Threading {
  /** Threads in all; 1 by default. */
  threads?: number;
  /** Operations of a piece of work that is shared among them; dispatching costs as much as some megaflops. */
  worthwhile?: number;
  /** How long to wait for a worker that has begun, in milliseconds. */
  patience?: number;
}

/** A memory and what computes on it. */
interface Workshop {
  memory: WebAssembly.Memory;
  kernels: Kernels;
  pool?: Pool;
}

/**
 * An engine on WebAssembly vectors. It computes in a memory of its own, which grows to what the largest call needs and stays so until it is
 * released; sums are float32, of which each tile keeps its own in registers from the first term to the last. Threads start when there is work for
 * them, and change no bit of a result: they share out elements, never the terms of one.
 */
export function wasmEngine(
  variant: WasmVariant,
  {threads = 1, worthwhile = 4e6, patience = 2_000}: Threading = {},
): Engine {
  const {rows8, rows4} = tileRows(variant);
  const name = variant === 'simd' ? 'simd' : 'fma';
  const counter = counterOf(name);
  let most = threads;
  let shop: Workshop = open(variant);
  let isWorthwhile = false;
  let top = firstPlace;
  let inUse = false;

  const take = (bytes: number): number => {
    const place = top;
    top += Math.ceil(bytes / 16) * 16;
    return place;
  };
  const arena: Arena = {
    floats: (length) => new Float32Array(shop.memory.buffer, take(4 * length), length),
    integers: (length) => new Int32Array(shop.memory.buffer, take(4 * length), length),
  };
  const run = (calls: readonly Call[], count: number, flops: number): void => {
    const pays = flops >= worthwhile;
    isWorthwhile ||= pays;
    if (pays && shop.pool && shop.pool.threads() > 1) shop.pool.run(calls, count);
    else for (const {kernel, args} of calls) shop.kernels[kernel](0, count, ...args);
  };

  const startThreads = (): void => {
    try {
      shop = open(variant, {workers: most - 1, patience});
    } catch {
      most = 1; // small devices have no room for a memory that can be shared, and policies may forbid workers
    }
  };

  return withGemm({
    name,
    parts: [...counter.parts, ...packingParts],
    threads: () => shop.pool?.threads() ?? 1,

    within(bytes, fn) {
      if (inUse) throw new Error('the arena is in use'); // growing would take its arrays away
      if (isWorthwhile && most > 1 && !shop.pool) startThreads();
      grow(shop.memory, bytes);
      inUse = true;
      top = firstPlace;
      try {
        return fn(arena);
      } catch (error) {
        if (!(error instanceof WorkerLost)) throw error;
        console.warn(`convgrad: a worker did not answer within ${patience} ms; the work goes on with one thread.`);
      } finally {
        inUse = false;
      }
      shop.pool?.close();
      most = 1;
      shop = open(variant);
      return this.within(bytes, fn);
    },

    release() {
      shop.pool?.close();
      shop = open(variant);
    },

    packedBytes: (k, n) => panelBytes(k, n) + arrayBytes,

    reserve: (_arena, k, n): Panels => ({k, n, place: take(panelBytes(k, n))}),

    pack(room, blocks): Panels {
      const {n, place} = room as Panels;
      const packed = {k: blocks.reduce((sum, {rows}) => sum + rows, 0), n, place};
      packPanels(shop.kernels, shop.memory, stagingPlace, packed, blocks);
      return packed;
    },

    gather({source, pixels, runs, b, out, outs}) {
      const [from, at, to, stride] = [source.byteOffset, pixels.byteOffset, outs?.byteOffset ?? 0, 4 * b.n];
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
          calls.push({kernel, args: [from, at, ...stretches, b.k, place, target, to, stride]});
        } else {
          const kernel = `gather${width}` as const;
          counter.add(kernel, {
            'whole columns': columns === width,
            'cut columns': columns < width,
            'cut rows': pixels.length % (width === 8 ? rows8 : rows4) > 0,
          });
          calls.push({kernel, args: [from, at, ...stretches, place, target, to, stride, columns]});
        }
      }
      run(calls, pixels.length, 2 * pixels.length * b.k * b.n);
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
      run(calls, offsets.length, 2 * pixels.length * offsets.length * b.n);
    },

    finish(out, count, n, {bias, activation, slopes, alpha}) {
      const kind = activations.indexOf(activation);
      shop.kernels.finish(out.byteOffset, count, n, bias?.byteOffset ?? 0, kind, slopes?.byteOffset ?? 0, alpha);
    },

    lanes(work) {
      const calls = lanesArgs(work, counter).map((args): Call => ({kernel: 'lanes', args}));
      const [rows, terms] = [work.rows.length / 2, work.terms.length / 2];
      run(calls, rows, 2 * rows * terms * work.lanes);
    },

    repeat({source, times, out}) {
      counter.add('repeat', {'every channel': true});
      run([{kernel: 'repeat', args: [source.byteOffset, times, out.byteOffset]}], source.length, out.length);
    },

    fold({source, times, out}) {
      counter.add('fold', {'every channel': true});
      run([{kernel: 'fold', args: [source.byteOffset, times, out.byteOffset]}], out.length, source.length);
    },

    probe(turns) {
      shop.kernels.peak(turns, 1);
      return turns * peakOperations;
    },
  });
}

function open(variant: WasmVariant, threading?: {workers: number; patience: number}): Workshop {
  const memory = new WebAssembly.Memory({
    initial: Math.ceil(firstPlace / pageBytes),
    maximum: mostPages,
    shared: threading !== undefined,
  });
  const module = compile(variant, threading !== undefined);
  const kernels = instantiate(module, memory);
  if (!threading) return {memory, kernels};
  return {memory, kernels, pool: startPool(module, memory, kernels, threading.workers, threading.patience)};
}

function grow(memory: WebAssembly.Memory, bytes: number): void {
  const missing = Math.ceil((firstPlace + bytes) / pageBytes) - memory.buffer.byteLength / pageBytes;
  try {
    if (missing > 0) memory.grow(missing);
  } catch {
    throw new ConvgradError(
      'conv2d',
      `the arithmetic needs ${bytes} bytes beside the tensors and there is no such memory; use smaller batches or images.`,
    );
  }
}

/** Pixels of a tile of so many columns. */
const narrowRows: Readonly<Record<number, number>> = {1: 7, 2: 4, 3: 3};

function hasSingleTerms(runs: Int32Array): boolean {
  return runs.some((length, i) => i % 2 === 1 && length % 4 > 0);
}
