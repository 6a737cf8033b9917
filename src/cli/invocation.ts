import {resolve} from 'node:path';
import {quote} from '../verify/reproduce/replay.js';

type Variables = Readonly<Record<string, string | undefined>>;

/** The scripts of package.json that run a command of convgrad, with that command. */
const scripts: Readonly<Record<string, string>> = {start: 'verify', verify: 'verify'};

/** The words that started this process, up to its flags, so that a user can start it again. */
export function invocation(
  command: string,
  env: Variables = process.env,
  argv: readonly string[] = process.argv,
): string {
  const script = env.npm_lifecycle_event ?? '';
  if (scripts[script] === command) return `npm ${script === 'start' ? script : `run ${script}`} --`;
  if (env.npm_command === 'exec') return `npx convgrad ${command}`;
  return ['node', quote(argv[1]), command].join(' ');
}

/** Resolves a path from the folder where the user called npm; npm runs scripts in the package's folder. */
export function userPath(path: string, env: Variables = process.env): string {
  const folder = scripts[env.npm_lifecycle_event ?? ''] ? env.INIT_CWD : undefined;
  return resolve(folder ?? '', path);
}
