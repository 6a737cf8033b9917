import type {Conv2DInfo} from '../../geometry/conv2dInfo.js';
import type {TimedCall} from '../clock.js';

/** Native code that convolves forward too, to stand beside convgrad: no part of what it is compared with. */
export interface Peer {
  /** With its version. */
  name: string;
  threads: number;
  /**
   * Makes ready what lies outside of a call: the session, and the inputs in its order. The filter stays an input, as it is in training.
   * @param x [N, H, W, C]
   * @param filter [kh, kw, C, F]
   * @throws Error when it computes something else
   */
  open(info: Conv2DInfo, x: Float32Array, filter: Float32Array): Promise<{call: TimedCall; close(): Promise<void>}>;
}
