import {type ChildProcess, spawn} from 'node:child_process';
import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {userFiles} from '../support/userFiles.js';

/** The repository, where examples run. */
export const root = join(__dirname, '../..');

const main = join(root, 'build/cli/main.js');

/** Where commands run and keep their regressions file. */
export const folder = userFiles({})('.');

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

interface Started {
  child: ChildProcess;
  ended: Promise<Ended>;
}

/** Starts the built command without npm. */
export function start(...args: string[]): Started {
  return startIn({}, ...args);
}

/** The same with additional environment variables. */
export function startIn(variables: NodeJS.ProcessEnv, ...args: string[]): Started {
  if (!existsSync(main)) throw new Error('build/ is missing: npm run build');
  return watch(spawn(process.execPath, [main, ...args], {cwd: folder, env: {...userEnvironment(), ...variables}}));
}

/** Runs one line in a shell to its end. */
export function shell(line: string, cwd = folder): Promise<Ended> {
  return watch(spawn(line, {shell: true, cwd, env: userEnvironment()})).ended;
}

/** Variables of npm test would make the command believe that npm started it. */
function userEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD)/.test(name)));
}

function watch(child: ChildProcess): Started {
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (text) => {
    stdout += text;
  });
  child.stderr?.on('data', (text) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve) => child.once('close', (code) => resolve({code, stdout, stderr})));
  return {child, ended};
}
