import {AbsentText, either, isThere, replaceAll, replaceOnce} from './edits.js';

test('replaceOnce replaces text that occurs once, given as text or as a pattern', () => {
  expect(replaceOnce('a + b', ['+', '$&'], 'it')).toBe('a $& b');
  expect(replaceOnce('x = y7;', [/y\d/, 'z'], 'it')).toBe('x = z;');
});

test('text that occurs nowhere and text that occurs twice are different errors', () => {
  const once = (code: string) => () => replaceOnce(code, [/a./, ''], 'the shader');
  expect(once('b')).toThrow(AbsentText);
  expect(once('b')).toThrow("the shader holds '/a./' 0×; a mutant replaces what stands there once.");
  expect(once('ab ac')).toThrow("the shader holds '/a./' 2×");
  expect(once('ab ac')).not.toThrow(AbsentText);
});

test('replaceAll changes every text that has it, and fails if none has', () => {
  expect(replaceAll(['aba', 'c'], ['a', '$'], 'no shader')).toEqual(['$b$', 'c']);
  expect(() => replaceAll(['b', 'c'], ['a', ''], 'no shader of two')).toThrow("no shader of two holds 'a'.");
  expect(() => replaceAll(['b'], ['a', ''], '')).toThrow(AbsentText);
});

describe('a mistake whose text is absent', () => {
  const absent = () => {
    throw new AbsentText('mutants', 'not here.');
  };
  const broken = () => {
    throw new TypeError('a defect');
  };

  it('makes either() try the other mistake, and a defect does not', () => {
    expect(either<[number], number>(absent, (by) => by + 1)(1)).toBe(2);
    expect(either(() => 1, broken)()).toBe(1);
    expect(() => either(broken, () => 1)()).toThrow('a defect');
  });

  it('is a reason for isThere(), and a defect is thrown', () => {
    expect(isThere(() => 'planted')).toBe(true);
    expect(isThere(absent)).toBe('mutants: not here.');
    expect(() => isThere(broken)).toThrow('a defect');
  });
});
