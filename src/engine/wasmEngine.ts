import {ConvgradError} from '../geometry/error.js';
import {fusedActivations} from './assembly/modules.js';
import {countHit} from './coverageCounter.js';
import {type Arena, arrayBytes, type Depthwise, type Engine, type EngineMemory, type TileTransforms} from './engine.js';
import {immutableIdentityOf} from './immutableIdentity.js';
import type {KernelCall} from './kernelCall.js';
import {kernelCoverageOf} from './kernelCoverage.js';
import {withMultiply} from './multiply.js';
import {cacheCounters, PackedWeightsCache} from './packedWeightsCache.js';
import {packingCounters, packPanels} from './packing.js';
import {type BatchPanels, batchPanelBytes, type Panels, panelBytes, panelsOf, panelsOfRows} from './panels.js';
import {WorkerLost} from './threads/pool.js';
import {dwconvArgs} from './wasmDwconv.js';
import {fourierCall, fourierFlops, inverseFourierCall, packedFourierCalls} from './wasmFourier.js';
import {batchedGemmCall, batchedGemmTransposedCall, igemmCalls, igemmTransposedCalls} from './wasmGemm.js';
import {growTo, heapBase, isCopy, openInstance, stagingAddress, type WasmInstance} from './wasmInstance.js';
import {tileRows, type WasmVariant} from './wasmModule.js';
import {packedTileTransformCalls, tileTransformCall, tileTransformFlops} from './wasmTileTransform.js';

/** Floating-point operations in each iteration of `peak`. */
const peakOperations = 448;

export interface EngineSettings {
  /** Number of threads, this one included; 1 by default. */
  threads?: number;
  /** How many operations a piece of work needs before threads share it. Dispatching costs as much as some megaflops. */
  parallelThreshold?: number;
  /** How long to wait for a worker that has taken a piece, in milliseconds. */
  workerTimeout?: number;
  /** Whether what is made of filters is cached; true by default. */
  cachePackedWeights?: boolean;
}

/**
 * An engine on WebAssembly vectors. It computes in its own memory, which grows to the largest call's needs and keeps that size
 * until it is released. Sums are float32. Each tile keeps its sums in registers from the first term to the last. Threads start
 * when there is work for them. They change no bit of a result, because they divide the elements, never the terms of one.
 */
export function wasmEngine(
  variant: WasmVariant,
  {threads = 1, parallelThreshold = 4e6, workerTimeout = 2_000, cachePackedWeights = true}: EngineSettings = {},
): Engine {
  const {rows8, rows4} = tileRows(variant);
  const name = variant === 'simd' ? 'simd' : 'fma';
  const kernelCoverage = kernelCoverageOf(name);
  /** Undefined while nobody counts hits, so that nothing is done for them. */
  const coverage = () => (countHit ? kernelCoverage : undefined);
  let maxThreads = threads;
  let instance: WasmInstance = openInstance(variant);
  let weightsCache = new PackedWeightsCache();
  let needsThreads = false;
  /** Where an arena begins: after the cached results. */
  const bottom = () => heapBase + weightsCache.bytes;
  let top = bottom();
  let inUse = false;
  /** Bytes of the arena in use. */
  let needed = 0;

  const take = (bytes: number): number => {
    const address = top;
    top += Math.ceil(bytes / 16) * 16;
    return address;
  };
  const arena: Arena = {
    floats: (length) => new Float32Array(instance.memory.buffer, take(4 * length), length),
    integers: (length) => new Int32Array(instance.memory.buffer, take(4 * length), length),
  };
  const run = (calls: readonly KernelCall[], count: number, flops: number, grain?: number): void => {
    const isParallel = flops >= parallelThreshold;
    needsThreads ||= isParallel;
    if (isParallel && instance.pool && instance.pool.threads() > 1) {
      const pieces = calls.flatMap((call) => call.split?.() ?? [call]);
      instance.pool.run(pieces, count, grain);
    } else for (const {kernel, args} of calls) instance.kernels[kernel](0, count, ...args);
  };

  const move = (to: WasmInstance): void => {
    instance = to;
    weightsCache = new PackedWeightsCache();
  };

  const startThreads = (): void => {
    try {
      move(openInstance(variant, {workers: maxThreads - 1, timeout: workerTimeout}));
    } catch {
      maxThreads = 1; // small devices have no room for a shared memory, and policies may forbid workers
    }
  };

  const memory: EngineMemory = {
    withArena(bytes, fn) {
      if (inUse) throw new Error('the arena is in use'); // growing the memory would detach its arrays
      if (needsThreads && maxThreads > 1 && !instance.pool) startThreads();
      needed = bytes;
      if (!growTo(instance.memory, bottom() + bytes)) weightsCache = new PackedWeightsCache();
      if (!growTo(instance.memory, bottom() + bytes)) {
        throw new ConvgradError(
          undefined,
          `the arithmetic needs ${bytes} bytes beside the tensors and there is no such memory; use smaller batches or images.`,
        );
      }
      inUse = true;
      top = bottom();
      try {
        return fn(arena);
      } catch (error) {
        if (!(error instanceof WorkerLost)) throw error;
        console.warn(`convgrad: a worker did not answer within ${workerTimeout} ms; the work goes on with one thread.`);
      } finally {
        inUse = false;
      }
      instance.pool?.close();
      maxThreads = 1;
      move(openInstance(variant));
      return memory.withArena(bytes, fn);
    },

    cached(request, make) {
      if (top !== bottom()) throw new Error('what is cached comes before all else in an arena');
      if (!cachePackedWeights) return undefined;
      const {source, bytes} = request;
      const found = weightsCache.find(request, (address) => isCopy(instance, source, address));
      if (found !== 'make') return found?.value as ReturnType<typeof make> | undefined;
      const copyBytes = immutableIdentityOf(source) ? 0 : 4 * source.length;
      const size = Math.ceil((bytes + copyBytes) / 64) * 64;
      if (!weightsCache.makeRoom(size) || !growTo(instance.memory, bottom() + size + needed)) return undefined;
      top = bottom();
      const copy = copyBytes > 0 ? top : undefined;
      if (copyBytes > 0) arena.floats(source.length).set(source);
      const value = make();
      weightsCache.add(request, value, copy, size);
      return value;
    },

    packedBytes: (k, n) => panelBytes(k, n) + arrayBytes,

    // The extra bytes keep matrices of a power of two of bytes from mapping to the same cache lines.
    reservePacked: (_arena, k, n): Panels => ({k, n, address: take(panelBytes(k, n) + arrayBytes)}),

    packedBatchBytes: (count, k, n) => batchPanelBytes(count, k, n) + arrayBytes,

    reservePackedBatch: (_arena, count, k, n): BatchPanels => ({
      ...{count, k, n},
      address: take(batchPanelBytes(count, k, n) + arrayBytes),
    }),

    pack(room, blocks): Panels {
      const {n, address} = room as Panels;
      const packed = {k: blocks.reduce((sum, {rows}) => sum + rows, 0), n, address};
      packPanels(instance.kernels, instance.memory, stagingAddress, n, [...panelsOf(packed)], blocks);
      return packed;
    },

    copy(block, n, out, pitch) {
      const {data, offset, rowStride, columnStride, rows} = block;
      if (columnStride === 1 && rowStride === n && pitch === n) out.set(data.subarray(offset, offset + rows * n));
      else {
        const panels = [...panelsOfRows(n, out.byteOffset, 4 * pitch)];
        packPanels(instance.kernels, instance.memory, stagingAddress, n, panels, [block]);
      }
    },

    repeat({source, times, out}) {
      coverage()?.add('repeat', {'every channel': true});
      run([{kernel: 'repeat', args: [source.byteOffset, times, out.byteOffset]}], source.length, out.length);
    },
  };

  const gemm = withMultiply(memory, {
    igemm(work) {
      const {pixelOffsets, b} = work;
      run(igemmCalls(work, {rows8, rows4}, coverage()), pixelOffsets.length, 2 * pixelOffsets.length * b.k * b.n);
    },

    igemmTransposed(work) {
      const {pixelOffsets, rowOffsets, b} = work;
      run(
        igemmTransposedCalls(work, {rows8, rows4}, coverage()),
        rowOffsets.length,
        2 * pixelOffsets.length * rowOffsets.length * b.n,
      );
    },

    batchedGemm(work) {
      const {source, b} = work;
      const flops = 2 * b.count * source.rowOffsets.length * b.k * b.n;
      run([batchedGemmCall(work, {rows8, rows4}, coverage())], b.count, flops, 1);
    },

    batchedGemmTransposed(work) {
      const {out, b} = work;
      const flops = 2 * b.count * out.rowOffsets.length * b.k * b.n;
      run([batchedGemmTransposedCall(work, {rows8, rows4}, coverage())], b.count, flops, 1);
    },
  });

  const tiles: TileTransforms = {
    transformTiles(work) {
      run([tileTransformCall(work, coverage())], work.tileOffsets.length, tileTransformFlops(work));
    },

    transformTilesPacked(work, room) {
      const packed = {...(room as BatchPanels), k: work.tileOffsets.length, n: work.lanes};
      run(packedTileTransformCalls(work, packed, coverage()), work.tileOffsets.length, tileTransformFlops(work));
      return packed;
    },

    fourier(work, to) {
      const {side, tileOffsets, lanes} = work;
      run([fourierCall(work, to, coverage())], tileOffsets.length, tileOffsets.length * lanes * fourierFlops(side));
    },

    fourierPacked(work, room) {
      const {side, tileOffsets, lanes} = work;
      const packed = {...(room as BatchPanels), k: tileOffsets.length, n: lanes};
      const calls = packedFourierCalls(work, packed, coverage());
      run(calls, tileOffsets.length, tileOffsets.length * lanes * fourierFlops(side));
      return packed;
    },

    fourierInverse(products, to) {
      const {side, outOffsets, lanes} = to;
      run(
        [inverseFourierCall(products, to, coverage())],
        outOffsets.length,
        outOffsets.length * lanes * fourierFlops(side),
      );
    },
  };

  const depthwise: Depthwise = {
    dwconv(work) {
      const calls = dwconvArgs(work, coverage()).map((args): KernelCall => ({kernel: 'dwconv', args}));
      const [rows, terms] = [work.rows.length / 2, work.terms.length / 2];
      run(calls, rows, 2 * rows * terms * work.lanes);
    },

    sumRepeats({source, times, out}) {
      coverage()?.add('sumRepeats', {'every channel': true});
      run([{kernel: 'sumRepeats', args: [source.byteOffset, times, out.byteOffset]}], out.length, source.length);
    },

    applyEpilogue(out, count, n, {bias, activation, slopes, alpha}) {
      const kind = fusedActivations.indexOf(activation);
      instance.kernels.applyEpilogue(
        out.byteOffset,
        count,
        n,
        bias?.byteOffset ?? 0,
        kind,
        slopes?.byteOffset ?? 0,
        alpha,
      );
    },
  };

  return {
    name,
    counters: [...kernelCoverage.counters, ...packingCounters, ...cacheCounters],
    memory,
    gemm,
    tiles,
    depthwise,
    threads: () => instance.pool?.threads() ?? 1,
    threadsFor: (operations) => (operations >= parallelThreshold ? maxThreads : 1),

    release() {
      instance.pool?.close();
      move(openInstance(variant));
    },

    probe(iterations) {
      instance.kernels.peak(iterations, 1);
      return iterations * peakOperations;
    },
  };
}
