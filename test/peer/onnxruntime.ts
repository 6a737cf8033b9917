import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {dirname, join, resolve} from 'node:path';
import {pathToFileURL} from 'node:url';
import type {MakePeer} from '../../src/bench/peer.js';
import {type OnnxRuntime, onnxPeer} from './onnxPeer.js';

const name = 'onnxruntime-node';

/** The peer of `npm run peer`: ONNX Runtime, from a package of the folder in which the command runs. */
const makePeer: MakePeer = async ({threads, clock}) => {
  try {
    const entry = createRequire(resolve('package.json')).resolve(name);
    const runtime = (await import(pathToFileURL(entry).href)) as OnnxRuntime & {default?: OnnxRuntime};
    return onnxPeer(runtime.default ?? runtime, versionOf(entry), threads, clock);
  } catch (error) {
    const missing = (error as {code?: string}).code === 'MODULE_NOT_FOUND';
    return missing
      ? `${name} is not installed here; run npm install --no-save --ignore-scripts ${name} (about 190 MB).`
      : `${name} cannot be loaded: ${(error as Error).message.split('\n')[0]}`;
  }
};
export default makePeer;

function versionOf(entry: string): string {
  for (let folder = dirname(entry); folder !== dirname(folder); folder = dirname(folder)) {
    try {
      const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      if (manifest.name === name) return manifest.version;
    } catch {
      // There is no readable package.json here, so try the next folder above.
    }
  }
  return '';
}
