import {duration, showProgress, timeLeft} from '../../src/cli/progress.js';

test.each([
  [0.2, '1 s'],
  [7.4, '7 s'],
  [41, '40 s'],
  [59.9, '1 min'],
  [239.9, '4 min'],
  [200, '3 min 20 s'],
  [3599, '1 h'],
  [7500, '2 h 5 min'],
])('%d s are written as %s', (seconds, text) => expect(duration(seconds)).toBe(text));

test('the time left is told only where there is something to tell it from', () => {
  let time = 0;
  const left = timeLeft(() => time);
  expect([left(0), left(0.5)]).toEqual(['', '']);
  time = 10_000;
  expect([left(0), left(0.5), left(1)]).toEqual(['', '10 s left', '']);
});

test('one slow case moves the estimate a little', () => {
  let time = 10_000;
  const left = timeLeft(() => time - 10_000);
  time = 20_000;
  left(0.1);
  time = 40_000;
  // Alone, the last share would tell 4 min 30 s.
  expect(left(0.1)).toBe('1 min 30 s left');
});

test('backends that run at the same time share a line, and lines come seldom where there is no terminal', () => {
  let time = 0;
  const written: string[] = [];
  const progress = showProgress({isTTY: false, write: (text: string) => written.push(text) > 0}, 2, () => time);
  const tell = (backend: string, done: number) => progress.update({backend, problem: 'p', done, total: 100});
  tell('cpu', 1);
  tell('webgl', 1);
  time = 11_000;
  tell('cpu', 20);
  tell('cpu', 21);
  time = 22_000;
  tell('webgl', 19);
  progress.stop();
  expect(written).toEqual([
    'cpu 20/100 · webgl 1/100 · 1 min 35 s left\n',
    'cpu 21/100 · webgl 19/100 · 1 min 25 s left\n',
  ]);
});
