import type {CoverageCounter} from '../engine/coverageCounter.js';
import type {Engine, Epilogue} from '../engine/engine.js';
import type {Work} from '../engine/work.js';
import type {Conv2DInfo} from '../geometry/conv2dInfo.js';
import type {Pass} from '../geometry/pass.js';

/** What a pass costs; the limits it is compared with are the machine's operations and bytes per second. */
export interface Cost {
  /** Floating-point operations. */
  flops: number;
  /** Bytes moved between memory and processor, at least. */
  bytes: number;
  /** Extra memory held during the call. */
  workspaceBytes: number;
  /** What the engine and what plain loops do; absent where nobody counted, and then no time can be predicted. */
  work?: Work | undefined;
}

/** By how much results may err: γ(terms + 2) times a magnitude for each element, where the definition has its number of terms and Σ|a||b|. */
export interface Bound {
  terms: number;
  magnitudes: ArrayLike<number>;
}

/**
 * An *exact* way to compute passes of a convolution, equal to the definition up to rounding, on NHWC Float32Arrays.
 *
 * Outputs are allocated by the caller with unknown content (tests fill them with NaN) and must be overwritten entirely; inputs must not
 * be changed. Shapes: x and dx [N, H, W, C], filter and dFilter [kh, kw, C, F], y and dy [N, OH, OW, F]; where `info.kind` is `depthwise`,
 * filter and dFilter are [kh, kw, C, M], and F = C·M.
 */
export interface Algorithm {
  /** One word that begins with a lower-case letter; what `install({algorithm})` and `--algorithm` take. */
  name: string;
  /** Its name in prose. */
  title: string;
  /** Paper or URL. */
  source: string;
  /** How many times max Σ|a||b| the intermediates may reach on integers; 1 = like the definition; 0 = never exact on integers. */
  integerHeadroom: number;
  /** Less accurate than the definition in float32, and taken only where that is asked for: by name, or by `install({accuracy: 'fast'})`. */
  accuracy?: 'fast';
  /** Where one Inf or NaN of an input may spread: `taps` the real terms only, `padded` padding counts as 0 · value, `tile` a whole tile. */
  footprint: 'taps' | 'padded' | 'tile';
  /** Of footprint `tile`: the pixels of a tile of y or dx that are computed together; absent, a tile may be anything. */
  tile?(info: Conv2DInfo, pass: Pass): readonly [height: number, width: number];
  /** The bound on real data, from the inputs in the order of the pass, of who mixes in more than the terms of the definition; absent, that of the definition. */
  errorBound?(info: Conv2DInfo, pass: Pass, a: Float32Array, b: Float32Array): Bound;
  /** Counters of code paths of its own that some problems do not reach; none by default. */
  counters?: readonly CoverageCounter[];
  /** True, or the reason why not, in words for users. */
  supports(info: Conv2DInfo, pass: Pass): true | string;
  cost(info: Conv2DInfo, pass: Pass): Cost;
  /** Whether `forward` applies an epilogue; it is given one only then. */
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
