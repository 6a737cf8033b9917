import {type ChildProcess, fork} from 'node:child_process';
import {join} from 'node:path';
import {ConvgradError} from '../geometry/error.js';
import type {VerifyOptions} from '../verify/options/options.js';
import type {VerifyReport} from '../verify/report/report.js';
import type {LoadedModules} from './loadModules.js';
import type {FailedRequest, ModuleAnswer, ModuleRequest} from './moduleMessages.js';
import {ownExtension, ownFolder} from './ownFolder.js';
import {printable} from './printable.js';
import type {VerifyFlags} from './verifyFlags.js';
import {Watchdog} from './watchdog.js';

/** The conditions in which users' modules run. */
export interface HostOptions {
  browser: string | undefined;
  signal: AbortSignal;
  /** The limit of one step, in seconds. */
  limit: number;
}

/** Milliseconds to wait for the last output of an ended process. */
const outputGrace = 1000;

/**
 * Runs users' modules in a separate process. If they end it, hang or crash, only the pending request fails, and the command line
 * goes on.
 */
export class ModuleHost {
  private readonly child: ChildProcess;
  private readonly ended: Promise<string>;
  private crash: string | undefined;
  private readonly endChild = () => void this.child.kill('SIGKILL');

  /** Starts the process. @param files the modules, for error messages */
  constructor(
    private readonly files: readonly string[],
    private readonly host: HostOptions,
  ) {
    this.child = fork(join(ownFolder, 'cli', `moduleProcess${ownExtension}`), {
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    // Output of modules goes to stderr, because it is no result of the command.
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => process.stderr.write(printable(text)));
    }
    this.ended = new Promise((resolve) => {
      this.child.once('error', (error) => resolve(`did not start: ${error.message}`));
      this.child.once('exit', (code, signal) => {
        const how = signal === null ? `ended the process (exit code ${code})` : `was killed by ${signal}`;
        const end = () => resolve(this.crash === undefined ? how : `crashed (${this.crash})`);
        const patience = setTimeout(end, outputGrace);
        this.child.once('close', () => {
          clearTimeout(patience);
          end();
        });
      });
    });
    process.once('exit', this.endChild);
  }

  /** Loads the modules. @throws ConvgradError when they cannot be loaded, end the process or take too long */
  async load(options: VerifyFlags['options']): Promise<LoadedModules> {
    const watchdog = new Watchdog({...this.host, activity: `${this.files.join(', ')} was loaded`, finishes: false});
    return (await this.request({ask: 'load', options, browser: this.host.browser}, 'loaded', watchdog)).loaded;
  }

  /**
   * Runs `verify()` in that process. @throws ConvgradError also when the process ends or hangs; the results until then have been
   * delivered
   */
  async verify({
    subject: _,
    registered: __,
    signal,
    onProgress,
    onResults,
    onRun: ___,
    ...options
  }: VerifyOptions): Promise<VerifyReport> {
    const abort = () => void this.send({ask: 'abort'});
    signal?.addEventListener('abort', abort);
    try {
      const watchdog = new Watchdog({...this.host, activity: `the run on ${options.backends?.join(', ')} began`});
      const answer = await this.request({ask: 'verify', options}, 'report', watchdog, ({results, progress}) => {
        onResults?.(results);
        onProgress?.(progress);
      });
      return answer.report;
    } catch (error) {
      this.close();
      throw error;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  close(): void {
    process.off('exit', this.endChild);
    this.endChild();
  }

  private async request<K extends ModuleAnswer['convgrad']>(
    request: ModuleRequest,
    expected: K,
    watchdog: Watchdog,
    onCase: (answer: Extract<ModuleAnswer, {convgrad: 'case'}>) => void = () => {},
  ): Promise<Extract<ModuleAnswer, {convgrad: K}>> {
    let listener = (_: ModuleAnswer) => {};
    const answered = new Promise<Extract<ModuleAnswer, {convgrad: K}>>((resolve, reject) => {
      listener = (answer) => {
        watchdog.heartbeat();
        if (answer?.convgrad === expected) resolve(answer as Extract<ModuleAnswer, {convgrad: K}>);
        else if (answer?.convgrad === 'case') onCase(answer);
        else if (answer?.convgrad === 'doing') watchdog.heartbeat(answer.doing);
        else if (answer?.convgrad === 'crashed') this.crash = answer.text;
        else if (answer?.convgrad === 'failed') {
          reject(errorOf(answer.error));
        }
      };
      void this.ended.then((how) => reject(this.lostError(how, watchdog)));
    });
    this.child.on('message', listener);
    this.send(request);
    try {
      return await watchdog.watch(answered);
    } finally {
      this.child.off('message', listener);
    }
  }

  private lostError(how: string, {activity}: Watchdog): ConvgradError {
    return new ConvgradError('convgrad', `${this.files.join(', ')} ${how} while ${activity}.`);
  }

  private send(request: ModuleRequest): void {
    // If the process is gone, the pending request fails by its end.
    if (this.child.connected) this.child.send(request, () => {});
  }
}

/** Restores the error that was thrown. */
function errorOf({message, isForUsers}: FailedRequest): Error {
  if (!isForUsers) return new Error(message);
  const end = message.indexOf(': ');
  return new ConvgradError(message.slice(0, end), message.slice(end + 2));
}
