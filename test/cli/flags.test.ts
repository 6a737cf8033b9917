import {asTyped} from '../../src/cli/flags.js';

test('values stay as typed where cac turns them into numbers', () => {
  const argv = ['verify', '--json', '007', '--seed=1e3', '--backend', '', '--time-budget', '0x10', '--bail'];
  const flags = {json: 7, seed: 1000, backend: 0, timeBudget: 16, bail: true, '--': []};
  expect(asTyped(flags, argv)).toEqual({
    json: '007',
    seed: '1e3',
    backend: '',
    timeBudget: '0x10',
    bail: true,
    '--': [],
  });
});

test('a repeated flag keeps all its values', () => {
  expect(asTyped({import: ['a', 7]}, ['--import', 'a', '--import=07'])).toEqual({import: ['a', '07']});
});
