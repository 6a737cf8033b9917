import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {dirname, join, resolve} from 'node:path';
import {pathToFileURL} from 'node:url';
import {realClock} from '../bench/clock.js';
import {type OnnxRuntime, onnxPeer} from '../bench/peer/onnxPeer.js';
import type {Peer} from '../bench/peer/peer.js';
import {ConvgradError} from '../geometry/error.js';

const known = 'onnxruntime-node';

/**
 * Loads a peer, native code to time beside convgrad, from a package of the folder in which the command runs.
 * @returns the peer, or the reason why there is none
 * @throws ConvgradError on an unknown name
 */
export async function loadPeer(name: string, threads: number): Promise<Peer | string> {
  if (name !== known) throw new ConvgradError('--peer', `unknown peer '${name}'; use ${known}.`);
  try {
    const entry = createRequire(resolve('package.json')).resolve(name);
    const runtime = (await import(pathToFileURL(entry).href)) as OnnxRuntime & {default?: OnnxRuntime};
    return onnxPeer(runtime.default ?? runtime, versionOf(entry), threads, realClock);
  } catch (error) {
    const missing = (error as {code?: string}).code === 'MODULE_NOT_FOUND';
    return missing
      ? `it is not installed here; run npm install --no-save --ignore-scripts ${name} (about 190 MB).`
      : `it cannot be loaded: ${(error as Error).message.split('\n')[0]}`;
  }
}

function versionOf(entry: string): string {
  for (let folder = dirname(entry); folder !== dirname(folder); folder = dirname(folder)) {
    try {
      const {name, version} = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      if (name === known) return version;
    } catch {
      // There is no readable package.json here, so try the next folder above.
    }
  }
  return '';
}
