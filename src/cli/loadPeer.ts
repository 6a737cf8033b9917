import {realClock} from '../bench/clock.js';
import type {MakePeer, Peer} from '../bench/peer.js';
import {ConvgradError} from '../geometry/error.js';
import {importModule} from './importModule.js';

/**
 * Loads a peer, native code to time beside convgrad, from a module whose default export makes it.
 * @returns the peer, or the reason why there is none
 * @throws ConvgradError when the module cannot be loaded or makes no peer
 */
export async function loadPeer(file: string, threads: number): Promise<Peer | string> {
  const {default: make} = (await importModule(file)) as {default?: MakePeer};
  if (typeof make === 'function') return make({threads, clock: realClock});
  throw new ConvgradError('--peer', `${file} has no default export that makes a peer; see docs/bench.md.`);
}
