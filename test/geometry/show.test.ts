import {show} from '../../src/geometry/show.js';

it.each<[string, unknown, string]>([
  ['a number', Number.NaN, 'NaN'],
  ['a string', 'up', '"up"'],
  ['nothing', undefined, 'undefined'],
  ['null', null, 'null'],
  ['a list', [1, Number.NaN, null], '[1,NaN,null]'],
  [
    'a list of lists',
    [
      [0, 0],
      ['1', undefined],
    ],
    '[[0,0],["1",undefined]]',
  ],
  ['an object', {a: 1, b: [2]}, '{a: 1, b: [2]}'],
  ['a bigint', [1n], '[1n]'],
  ['a symbol', Symbol('s'), 'Symbol(s)'],
  ['a function', [() => 1], '[a function]'],
  ['an object of a class', new Date(0), 'a Date'],
  ['an object without a prototype', Object.create(null), '{}'],
])('shows %s as it is written', (_name, value, text) => {
  expect(show(value)).toBe(text);
});

it('shortens cycles and long strings, and names objects that it cannot read', () => {
  const circle: unknown[] = [];
  circle.push(circle);
  expect(show(circle)).toBe('[[[[…]]]]');
  expect(show('x'.repeat(1000)).length).toBeLessThan(210);
  const closed = new Proxy(
    {},
    {
      getPrototypeOf() {
        throw new Error('no');
      },
    },
  );
  expect(show(closed)).toBe('a strange object');
});
