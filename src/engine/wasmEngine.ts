import {OutOfMemory} from '../geometry/error.js';
import type {Call} from './call.js';
import {counterOf} from './counter.js';
import {type Arena, arrayBytes, type Engine, type Epilogue} from './engine.js';
import {withGemm} from './gemm.js';
import {KeptFilters, keepingParts} from './keptFilters.js';
import {packingParts, packPanels} from './packing.js';
import {type Panels, type PlanePanels, panelBytes, panelsOf, panelsOfRows, planePanelBytes} from './panels.js';
import {WorkerLost} from './threads/pool.js';
import {identityOf} from './vouched.js';
import {fourierCall, fourierFlops, inverseFourierCall, packedFourierCalls} from './wasmFourier.js';
import {lanesArgs} from './wasmLanes.js';
import {tileRows, type WasmVariant} from './wasmModule.js';
import {gatherCalls, gatherPlanesCall, outerCalls, outerPlanesCall} from './wasmProducts.js';
import {packedTilesCalls, tileFlops, tilesCall} from './wasmTiles.js';
import {canHold, firstPlace, isCopy, open, stagingPlace, type Workshop} from './workshop.js';

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

export interface EngineSetting {
  /** Threads in all; 1 by default. */
  threads?: number;
  /** Operations of a piece of work that is shared among them; dispatching costs as much as some megaflops. */
  worthwhile?: number;
  /** How long to wait for a worker that has begun, in milliseconds. */
  patience?: number;
  /** Whether what is made of filters is kept; by default it is. */
  keepFilters?: boolean;
}

/**
 * An engine on WebAssembly vectors. It computes in a memory of its own, which grows to what the largest call needs and stays so until it is
 * released; sums are float32, of which each tile keeps its own in registers from the first term to the last. Threads start when there is work for
 * them, and change no bit of a result: they share out elements, never the terms of one.
 */
export function wasmEngine(
  variant: WasmVariant,
  {threads = 1, worthwhile = 4e6, patience = 2_000, keepFilters = true}: EngineSetting = {},
): Engine {
  const {rows8, rows4} = tileRows(variant);
  const name = variant === 'simd' ? 'simd' : 'fma';
  const counter = counterOf(name);
  let most = threads;
  let shop: Workshop = open(variant);
  let kept = new KeptFilters();
  let isWorthwhile = false;
  /** Where an arena begins: after what is kept. */
  const bottom = () => firstPlace + kept.bytes;
  let top = bottom();
  let inUse = false;
  /** Bytes of the arena in use. */
  let needed = 0;

  const take = (bytes: number): number => {
    const place = top;
    top += Math.ceil(bytes / 16) * 16;
    return place;
  };
  const arena: Arena = {
    floats: (length) => new Float32Array(shop.memory.buffer, take(4 * length), length),
    integers: (length) => new Int32Array(shop.memory.buffer, take(4 * length), length),
  };
  const run = (calls: readonly Call[], count: number, flops: number, grain?: number): void => {
    const pays = flops >= worthwhile;
    isWorthwhile ||= pays;
    if (pays && shop.pool && shop.pool.threads() > 1) {
      const pieces = calls.flatMap((call) => call.apart?.() ?? [call]);
      shop.pool.run(pieces, count, grain);
    } else for (const {kernel, args} of calls) shop.kernels[kernel](0, count, ...args);
  };

  const move = (to: Workshop): void => {
    shop = to;
    kept = new KeptFilters();
  };

  const startThreads = (): void => {
    try {
      move(open(variant, {workers: most - 1, patience}));
    } catch {
      most = 1; // small devices have no room for a memory that can be shared, and policies may forbid workers
    }
  };

  return withGemm({
    name,
    parts: [...counter.parts, ...packingParts, ...keepingParts],
    threads: () => shop.pool?.threads() ?? 1,

    threadsFor: (operations) => (operations >= worthwhile ? most : 1),

    within(bytes, fn) {
      if (inUse) throw new Error('the arena is in use'); // growing would take its arrays away
      if (isWorthwhile && most > 1 && !shop.pool) startThreads();
      needed = bytes;
      if (!canHold(shop.memory, bottom() + bytes)) kept = new KeptFilters();
      if (!canHold(shop.memory, bottom() + bytes)) {
        throw new OutOfMemory(
          'conv2d',
          `the arithmetic needs ${bytes} bytes beside the tensors and there is no such memory; use smaller batches or images.`,
        );
      }
      inUse = true;
      top = bottom();
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
      move(open(variant));
      return this.within(bytes, fn);
    },

    release() {
      shop.pool?.close();
      move(open(variant));
    },

    keep(wanted, make) {
      if (top !== bottom()) throw new Error('what is kept comes before all else in an arena');
      if (!keepFilters) return undefined;
      const {source, bytes} = wanted;
      const found = kept.find(wanted, (place) => isCopy(shop, source, place));
      if (found !== 'make') return found?.made as ReturnType<typeof make> | undefined;
      const copyBytes = identityOf(source) ? 0 : 4 * source.length;
      const size = Math.ceil((bytes + copyBytes) / 64) * 64;
      if (!kept.makeRoom(size) || !canHold(shop.memory, bottom() + size + needed)) return undefined;
      top = bottom();
      const copy = copyBytes > 0 ? top : undefined;
      if (copyBytes > 0) arena.floats(source.length).set(source);
      const made = make();
      kept.add(wanted, made, copy, size);
      return made;
    },

    packedBytes: (k, n) => panelBytes(k, n) + arrayBytes,

    // What is left over keeps matrices of a power of two of bytes from meeting in the same lines of a cache.
    reserve: (_arena, k, n): Panels => ({k, n, place: take(panelBytes(k, n) + arrayBytes)}),

    packedPlanesBytes: (count, k, n) => planePanelBytes(count, k, n) + arrayBytes,

    reservePlanes: (_arena, count, k, n): PlanePanels => ({
      ...{count, k, n},
      place: take(planePanelBytes(count, k, n) + arrayBytes),
    }),

    pack(room, blocks): Panels {
      const {n, place} = room as Panels;
      const packed = {k: blocks.reduce((sum, {rows}) => sum + rows, 0), n, place};
      packPanels(shop.kernels, shop.memory, stagingPlace, n, [...panelsOf(packed)], blocks);
      return packed;
    },

    copy(block, n, out, pitch) {
      const {data, offset, rowStride, columnStride, rows} = block;
      if (columnStride === 1 && rowStride === n && pitch === n) out.set(data.subarray(offset, offset + rows * n));
      else {
        const panels = [...panelsOfRows(n, out.byteOffset, 4 * pitch)];
        packPanels(shop.kernels, shop.memory, stagingPlace, n, panels, [block]);
      }
    },

    gather(work) {
      const {pixels, b} = work;
      run(gatherCalls(work, {rows8, rows4}, counter), pixels.length, 2 * pixels.length * b.k * b.n);
    },

    outer(work) {
      const {pixels, offsets, b} = work;
      run(outerCalls(work, {rows8, rows4}, counter), offsets.length, 2 * pixels.length * offsets.length * b.n);
    },

    gatherPlanes(work) {
      const {source, b} = work;
      const flops = 2 * b.count * source.rows.length * b.k * b.n;
      run([gatherPlanesCall(work, {rows8, rows4}, counter)], b.count, flops, 1);
    },

    outerPlanes(work) {
      const {out, b} = work;
      const flops = 2 * b.count * out.rows.length * b.k * b.n;
      run([outerPlanesCall(work, {rows8, rows4}, counter)], b.count, flops, 1);
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

    transform(work) {
      run([tilesCall(work, counter)], work.tiles.length, tileFlops(work));
    },

    transformPacked(work, room) {
      const packed = {...(room as PlanePanels), k: work.tiles.length, n: work.lanes};
      run(packedTilesCalls(work, packed, counter), work.tiles.length, tileFlops(work));
      return packed;
    },

    fourier(work, to) {
      const {side, tiles, lanes} = work;
      run([fourierCall(work, to, counter)], tiles.length, tiles.length * lanes * fourierFlops(side));
    },

    fourierPacked(work, room) {
      const {side, tiles, lanes} = work;
      const packed = {...(room as PlanePanels), k: tiles.length, n: lanes};
      const calls = packedFourierCalls(work, packed, counter);
      run(calls, tiles.length, tiles.length * lanes * fourierFlops(side));
      return packed;
    },

    fourierInverse(products, to) {
      const {side, outs, lanes} = to;
      run([inverseFourierCall(products, to, counter)], outs.length, outs.length * lanes * fourierFlops(side));
    },

    probe(turns) {
      shop.kernels.peak(turns, 1);
      return turns * peakOperations;
    },
  });
}
