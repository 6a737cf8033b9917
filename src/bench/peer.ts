import type {Conv2DInfo} from '../geometry/conv2dInfo.js';
import type {Clock, TimedCall} from './clock.js';

/** Native code that computes the forward pass too, timed beside convgrad. It takes no part in the comparison with tfjs. */
export interface Peer {
  /** The package's name and version. */
  name: string;
  threads: number;
  /**
   * Prepares what lies outside a call: the session, and the inputs in the peer's layout. The filter stays an input, as in
   * training.
   * @param x [N, H, W, C]
   * @param filter [kh, kw, C, F]
   * @throws Error when the peer's result differs from convgrad's
   */
  open(info: Conv2DInfo, x: Float32Array, filter: Float32Array): Promise<{call: TimedCall; close(): Promise<void>}>;
}

/** Makes a peer that times its calls by the clock. @returns the peer, or the reason why there is none */
export type MakePeer = (options: {threads: number; clock: Clock}) => Promise<Peer | string>;
