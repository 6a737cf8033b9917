import {resolve} from 'node:path';
import {quote} from '../verify/replay.js';

type Variables = Readonly<Record<string, string | undefined>>;

/** The scripts of package.json that run `convgrad verify`. */
const scripts: Readonly<Record<string, string>> = {start: 'npm start --', verify: 'npm run verify --'};

/** How this process was started, so that the same words start it again: what stands before the flags. */
export function invocation(
  command: string,
  env: Variables = process.env,
  argv: readonly string[] = process.argv,
): string {
  const script = scripts[env.npm_lifecycle_event ?? ''];
  if (script) return script;
  if (env.npm_command === 'exec') return `npx convgrad ${command}`;
  return ['node', quote(argv[1]), command].join(' ');
}

/** A path as its user meant it: npm runs scripts in the package's folder, wherever it was called. */
export function userPath(path: string, env: Variables = process.env): string {
  const folder = scripts[env.npm_lifecycle_event ?? ''] ? env.INIT_CWD : undefined;
  return resolve(folder ?? '', path);
}
