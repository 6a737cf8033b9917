import {inspect} from 'node:util';
import {Worker} from 'node:worker_threads';
import {ConvgradError} from '../geometry/error.js';
import type {Registrations} from '../verify/imports/registrations.js';
import type {VerifyResult} from '../verify/report/result.js';
import {heartbeat} from '../verify/run/heartbeat.js';
import {verify} from '../verify/verify.js';
import {loadModules, type SerializableOptions} from './loadModules.js';
import type {ModuleAnswer, ModuleRequest} from './moduleMessages.js';
import {quietTfjs} from './quietTfjs.js';
import {rerunWith} from './rerun.js';

/** This process runs users' modules for `convgrad verify --import`, so that whatever they do ends only this process. */

const send = process.send?.bind(process) as ((answer: ModuleAnswer) => void) | undefined;
if (!send) throw new ConvgradError('convgrad', 'this file is run by convgrad verify --import.');
// Users' code that writes to its parent must not reach the command line, so `process.send` is hidden.
process.send = undefined;

// Ctrl-C reaches the whole process group, but the command line decides when this process ends.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.on('disconnect', () => process.exit());
endWithParent(process.ppid);
process.on('uncaughtException', (error) => {
  send({convgrad: 'crashed', text: error instanceof Error ? error.message : inspect(error)});
  process.exit(1);
});

let controller = new AbortController();
let registered: Registrations | undefined;

process.on('message', (request: ModuleRequest) => {
  if (request.ask === 'abort') return controller.abort();
  const work = request.ask === 'load' ? load(request) : run(request.options);
  work.then(send, (error) => {
    const isForUsers = error instanceof ConvgradError;
    send({convgrad: 'failed', error: {message: isForUsers ? error.message : inspect(error), isForUsers}});
  });
});

async function load({options, browser}: Extract<ModuleRequest, {ask: 'load'}>): Promise<ModuleAnswer> {
  await quietTfjs();
  const all = await loadModules(options, browser, (file) => doing(`${file} was loaded`));
  registered = all.registered;
  return {convgrad: 'loaded', loaded: all.loaded};
}

async function run(options: SerializableOptions): Promise<ModuleAnswer> {
  controller = new AbortController();
  let found: VerifyResult[] = [];
  const report = await verify({
    ...options,
    ...(registered ? {registered} : {}),
    signal: controller.signal,
    onResults: (results) => {
      found = results;
    },
    onProgress: (progress) => send?.({convgrad: 'case', results: found, progress}),
    onRun: heartbeat(doing),
    rerun: rerunWith(() => doing('what failed ran again in a new process')),
  });
  // The results were sent as they came, so that a crash loses none.
  return {convgrad: 'report', report: {...report, results: []}};
}

function doing(text: string): void {
  send?.({convgrad: 'doing', doing: text});
}

/** Ends this process when its parent is gone. It runs in a separate thread, because an endless loop blocks this one. */
function endWithParent(parent: number): void {
  const program = `setInterval(() => process.ppid === ${parent} || process.kill(process.pid, 'SIGKILL'), 1000)`;
  new Worker(program, {eval: true, stdout: true, stderr: true}).unref();
}
