import {spawn} from 'node:child_process';
import {fileURLToPath} from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Ends a script with one line for the user. Any other error is a defect and shows its stack. */
export class StepError extends Error {
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Writes progress to stderr, because stdout belongs to the program that is started. */
export function say(message) {
  process.stderr.write(`${message}\n`);
}

// Ctrl-C reaches the whole foreground group. The child decides what it means; this process stays to return the child's exit code.
process.on('SIGINT', () => {});

/**
 * Runs a program in the repository root.
 *
 * @param output 'inherit', or 'stderr' for a set-up step whose output must not mix with data on stdout
 * @returns a promise of its exit code: for SIGINT and SIGTERM 128 + the signal's number, for other signals 1
 */
export function run(command, args, {output = 'inherit', shell = false} = {}) {
  const child = spawn(command, args, {
    cwd: root,
    shell,
    stdio: ['inherit', output === 'stderr' ? 2 : 'inherit', 'inherit'],
  });
  const terminate = () => child.kill('SIGTERM');
  process.on('SIGTERM', terminate);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      process.off('SIGTERM', terminate);
      resolve(code ?? {SIGINT: 130, SIGTERM: 143}[signal] ?? 1);
    });
  });
}

/** Runs the JavaScript entry of a dependency without a shell or npx in between: `runTool('typescript/bin/tsc', ['-p', '.'])`. */
export function runTool(entry, args, options) {
  return run(process.execPath, [`${root}node_modules/${entry}`, ...args], options);
}
