import {algorithms} from '../../src/algorithms/index.js';
import type {Clock} from '../../src/bench/clock.js';
import type {Peer} from '../../src/bench/peer.js';
import {engine} from '../../src/engine/index.js';
import type {Conv2DInfo} from '../../src/geometry/conv2dInfo.js';
import {filterDepth, sizeOf} from '../../src/geometry/pass.js';
import {onnxModel, onnxShapes} from './onnxModel.js';

interface OnnxTensor {
  data: ArrayLike<number>;
  dims: readonly number[];
}

/** The part of the package onnxruntime-node that is used. */
export interface OnnxRuntime {
  InferenceSession: {
    create(
      model: Uint8Array,
      options: object,
    ): Promise<{
      run(feeds: Record<string, OnnxTensor>): Promise<Record<string, OnnxTensor>>;
      release(): Promise<void>;
    }>;
  };
  Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => OnnxTensor;
}

/** ONNX Runtime in its own image layout, NCHW. Its threads do not spin, because they would disturb the next timed call. */
export function onnxPeer(runtime: OnnxRuntime, version: string, threads: number, clock: Clock): Peer {
  return {
    name: `onnxruntime-node ${version}`,
    threads,
    async open(info, x, filter) {
      const shapes = onnxShapes(info);
      const session = await runtime.InferenceSession.create(onnxModel(info), {
        ...{
          intraOpNumThreads: threads,
          interOpNumThreads: 1,
          executionMode: 'sequential',
          graphOptimizationLevel: 'all',
        },
        extra: {session: {intra_op: {allow_spinning: '0'}}},
      });
      const feeds = {
        x: new runtime.Tensor('float32', toNCHW(x, shapes.x), shapes.x),
        filter: new runtime.Tensor('float32', toOnnxFilter(info, filter), shapes.filter),
      };
      const {y} = await session.run(feeds);
      checkResult(info, x, filter, y);
      return {
        async call() {
          const start = clock.now();
          await session.run(feeds);
          return clock.now() - start;
        },
        close: () => session.release(),
      };
    },
  };
}

/** Transposes [N, H, W, C] to [N, C, H, W]. */
function toNCHW(values: Float32Array, [batch, channels, height, width]: readonly number[]): Float32Array {
  const transposed = new Float32Array(values.length);
  const pixels = height * width;
  let from = 0;
  for (let n = 0; n < batch; n++) {
    for (let p = 0; p < pixels; p++) {
      for (let c = 0; c < channels; c++) transposed[(n * channels + c) * pixels + p] = values[from++];
    }
  }
  return transposed;
}

/** Transposes [kh·kw, C, M] to [F, C, kh·kw], and depthwise filters to [C·M, 1, kh·kw]. */
function toOnnxFilter(info: Conv2DInfo, filter: Float32Array): Float32Array {
  const [taps, C, M] = [info.filterHeight * info.filterWidth, info.inChannels, filterDepth(info)];
  const transposed = new Float32Array(filter.length);
  let from = 0;
  for (let tap = 0; tap < taps; tap++) {
    for (let c = 0; c < C; c++) {
      for (let m = 0; m < M; m++) {
        const to = info.kind === 'depthwise' ? c * M + m : m * C + c;
        transposed[to * taps + tap] = filter[from++];
      }
    }
  }
  return transposed;
}

/** The tolerated rounding error, relative to the largest value. */
const tolerance = 1e-3;

/** Compares a result with convgrad's own. @throws Error when they differ */
function checkResult(info: Conv2DInfo, x: Float32Array, filter: Float32Array, y: OnnxTensor): void {
  const own = new Float32Array(sizeOf(info, 'y'));
  const algorithm = algorithms().find((one) => one.forward && one.supports(info, 'forward') === true);
  algorithm?.forward?.(info, x, filter, own, engine());
  const expected = toNCHW(own, onnxShapes(info).y);
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const wrong = expected.findIndex((value, i) => !(Math.abs(value - y.data[i]) <= tolerance * largest));
  if (y.data.length !== expected.length || wrong >= 0) {
    throw new Error(`element ${wrong} of [${y.dims}] is ${y.data[wrong]} where convgrad has ${expected[wrong]}`);
  }
}
