// A process in which calls run, so that it can be ended. Its parent sends calls, one at a time.
import type {FuzzCall} from './call.js';
import {answer, prepare} from './subject.js';

const [backend, withConvgrad] = [process.argv[2]!, process.argv[3] === 'installed'];
if (backend === 'wasm') await import('@tensorflow/tfjs-backend-wasm');
await prepare(backend, withConvgrad);
process.on('message', async (call: FuzzCall) => process.send!(await answer(call, withConvgrad)));
process.send!('ready');
