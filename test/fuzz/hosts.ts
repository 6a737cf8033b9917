import {type ChildProcess, fork} from 'node:child_process';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {built, servedPage} from '../support/servedPage.js';
import type {FuzzCall} from './call.js';
import {type FuzzHost, timeoutMilliseconds} from './judge.js';

type HostAnswer = Awaited<ReturnType<PageModule['answer']>>;

/** A process or page to run calls in, which may have to be killed. */
interface Sandbox {
  run(call: FuzzCall): Promise<HostAnswer>;
  /** Ends it, whatever it does. */
  end(): Promise<void>;
}

/** A shared machine may stall for a while; a call that takes longer hangs. */
const limit = 4 * timeoutMilliseconds;

/** A mistake of the fuzzer itself, not a finding. */
export class BrokenFuzzer extends Error {}

/** A host that opens a new room after a call has hung or ended the old one. */
export async function restarting(open: () => Promise<Sandbox>): Promise<FuzzHost> {
  let room: Sandbox | undefined = await open();
  return {
    async run(call) {
      room ??= await open();
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(`did not end in ${limit} ms`)), limit);
      });
      try {
        const answer = await Promise.race([room.run(call), late]);
        // A heap that an earlier call has corrupted breaks later calls.
        if ('broken' in answer)
          throw new (/^(RuntimeError|ConvgradError)/.test(answer.broken) ? Error : BrokenFuzzer)(answer.broken);
        return answer;
      } catch (error) {
        if (error instanceof BrokenFuzzer) throw error;
        await room.end();
        room = undefined;
        const why = error instanceof Error ? error.message.split('\n')[0]! : String(error);
        return {
          meaning: 'none',
          end: 'threw',
          error: {name: 'Lost', message: why, stack: ''},
          faults: [why],
          milliseconds: 0,
        };
      } finally {
        clearTimeout(timer);
      }
    },
    close: async () => room?.end(),
  };
}

/** Processes of Node on cpu or wasm. */
export async function processes(
  repository: URL,
): Promise<{open(backend: string, installed: boolean): () => Promise<Sandbox>; close(): Promise<void>}> {
  const {bundleModule} = await built(repository, 'importModule');
  const folder = await mkdtemp(join(tmpdir(), 'convgrad-fuzz-'));
  const file = join(folder, 'child.mjs');
  await writeFile(file, await bundleModule(fileURLToPath(new URL('test/fuzz/child.ts', repository))));
  return {
    open: (backend, installed) => async () => {
      const child = fork(file, [backend, installed ? 'installed' : 'alone'], {
        ...{
          serialization: 'advanced',
          stdio: ['ignore', 'ignore', process.env['FUZZ_STDERR'] ? 'inherit' : 'ignore', 'ipc'],
          execArgv: ['--max-old-space-size=512'],
        },
        env: {...process.env, TF_CPP_MIN_LOG_LEVEL: '3'},
      });
      if ((await messageOf(child)) !== 'ready') throw new Error('the process did not become ready');
      return {
        run(call) {
          child.send(call as never);
          return messageOf(child) as Promise<HostAnswer>;
        },
        async end() {
          if (child.exitCode !== null || child.signalCode !== null) return;
          const ended = new Promise((resolve) => child.once('exit', resolve));
          child.kill('SIGKILL');
          await ended;
        },
      };
    },
    close: () => rm(folder, {recursive: true, force: true}),
  };
}

/** The child's next message. */
function messageOf(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const clear = () => {
      child.off('message', onMessage);
      child.off('exit', onExit);
    };
    const onMessage = (message: unknown) => {
      clear();
      resolve(message);
    };
    const onExit = (code: number | null, signal: string | null) => {
      clear();
      reject(new Error(`the process ended with ${signal ?? `code ${code}`}`));
    };
    child.on('message', onMessage);
    child.on('exit', onExit);
  });
}

type PageModule = typeof import('./page.js');

/** Pages of headless browsers on webgl or webgpu. */
export async function pages(
  repository: URL,
): Promise<{open(backend: string, installed: boolean): () => Promise<Sandbox>; close(): Promise<void>}> {
  const site = await servedPage<PageModule>('test/fuzz/page.ts', repository);
  return {
    open: (backend, installed) => async () => {
      const page = await site.open();
      await page.call('prepare', backend, installed);
      return {run: (call) => page.call('answer', call, installed), end: page.close};
    },
    close: site.close,
  };
}
