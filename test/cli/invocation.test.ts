import {resolve} from 'node:path';
import {invocation, userPath} from '../../src/cli/invocation.js';

const argv = ['/usr/bin/node', 'my build/cli/main.js', 'verify'];

test.each([
  ['npm start', {npm_lifecycle_event: 'start', npm_command: 'start'}, 'npm start --'],
  ['npm run verify', {npm_lifecycle_event: 'verify', npm_command: 'run-script'}, 'npm run verify --'],
  ['another script', {npm_lifecycle_event: 'mutants'}, "node 'my build/cli/main.js' verify"],
  ['npx', {npm_lifecycle_event: 'npx', npm_command: 'exec'}, 'npx convgrad verify'],
  ['node', {}, "node 'my build/cli/main.js' verify"],
])('invocation() repeats how the process was started: %s', (_, env, words) => {
  expect(invocation('verify', env, argv)).toBe(words);
});

test('paths are relative to the working directory of the user, even under npm start', () => {
  expect(userPath('mine.ts', {npm_lifecycle_event: 'start', INIT_CWD: '/home/me'})).toBe(resolve('/home/me/mine.ts'));
  expect(userPath('mine.ts', {npm_lifecycle_event: 'verify', INIT_CWD: '/home/me'})).toBe(resolve('/home/me/mine.ts'));
  expect(userPath('mine.ts', {INIT_CWD: '/home/me'})).toBe(resolve('mine.ts'));
  expect(userPath('/abs/mine.ts', {npm_lifecycle_event: 'start', INIT_CWD: '/home/me'})).toBe(resolve('/abs/mine.ts'));
});
