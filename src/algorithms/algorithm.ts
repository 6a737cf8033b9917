import type {CoverageCounter} from '../engine/coverageCounter.js';
import type {Engine, Epilogue} from '../engine/engine.js';
import type {Work} from '../engine/work.js';
import type {Conv2DInfo} from '../geometry/conv2dInfo.js';
import type {Pass} from '../geometry/pass.js';

/** The cost of a pass, to be compared with the operations and bytes per second of the machine. */
export interface Cost {
  /** Floating-point operations. */
  flops: number;
  /** The least number of bytes that move between memory and processor. */
  bytes: number;
  /** Bytes of extra memory during the call. */
  workspaceBytes: number;
  /** The work of the engine and of plain loops. Without it, no time can be predicted. */
  work?: Work | undefined;
}

/**
 * How far results may be off: γ(terms + 2) times a magnitude for each element. For the definition, `terms` is the number of terms
 * and the magnitude is Σ|a||b|.
 */
export interface Bound {
  terms: number;
  magnitudes: ArrayLike<number>;
}

/**
 * An *exact* way to compute passes of a convolution, on NHWC Float32Arrays. It equals the definition up to rounding.
 *
 * The caller allocates the output. Its content is undefined (tests fill it with NaN), and the algorithm must overwrite all of it.
 * Inputs must not be changed. Shapes: x and dx [N, H, W, C], filter and dFilter [kh, kw, C, F], y and dy [N, OH, OW, F]. If
 * `info.kind` is `depthwise`, filter and dFilter are [kh, kw, C, M], and F = C·M.
 */
export interface Algorithm {
  /** One word that begins with a lower-case letter. `install({algorithm})` and `--algorithm` take it. */
  name: string;
  /** The name in prose. */
  title: string;
  /** Paper or URL. */
  source: string;
  /** How large intermediates may become on integers, as a multiple of max Σ|a||b|; 1 = like the definition; 0 = never exact on integers. */
  integerHeadroom: number;
  /** Less accurate than the definition in float32. It is chosen only on request: by name, or by `install({accuracy: 'fast'})`. */
  accuracy?: 'fast';
  /**
   * How far one Inf or NaN of an input may spread: `taps` to the real terms only, `padded` also where padding counts as 0 ·
   * value, `tile` to a whole tile.
   */
  footprint: 'taps' | 'padded' | 'tile';
  /** For footprint `tile`: the size of a tile of y or dx, whose pixels are computed together. Without it, a tile may have any size. */
  tile?(info: Conv2DInfo, pass: Pass): readonly [height: number, width: number];
  /**
   * The error bound on real data, for algorithms that mix in neighbours (Winograd, FFT). It defaults to the bound of the
   * definition. a and b are the inputs in the order of the pass.
   */
  errorBound?(info: Conv2DInfo, pass: Pass, a: Float32Array, b: Float32Array): Bound;
  /** Counters of the algorithm's code paths that some problems do not reach; none by default. */
  counters?: readonly CoverageCounter[];
  /** True, or the reason why not, in words for users. */
  supports(info: Conv2DInfo, pass: Pass): true | string;
  cost(info: Conv2DInfo, pass: Pass): Cost;
  /** Whether `forward` applies an epilogue. If false, it never gets one. */
  fuses?: boolean;
  forward?(
    info: Conv2DInfo,
    x: Float32Array,
    filter: Float32Array,
    y: Float32Array,
    engine: Engine,
    epilogue?: Epilogue,
  ): void;
  backpropInput?(info: Conv2DInfo, dy: Float32Array, filter: Float32Array, dx: Float32Array, engine: Engine): void;
  backpropFilter?(info: Conv2DInfo, x: Float32Array, dy: Float32Array, dFilter: Float32Array, engine: Engine): void;
}
