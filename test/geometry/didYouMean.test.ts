import {didYouMean, refuseUnknown} from '../../src/geometry/didYouMean.js';

const known = ['x', 'filter', 'strides', 'pad', 'dataFormat', 'dilations', 'dimRoundingMode', 'activation'];

it.each([
  ['stride', 'strides'],
  ['padding', 'pad'],
  ['dilatons', 'dilations'],
  ['dilationRate', 'dilations', false],
  ['data_format', 'dataFormat'],
  ['dataformat', 'dataFormat'],
  ['fitler', 'filter'],
  ['dimRoundMode', 'dimRoundingMode'],
  ['activaton', 'activation'],
  ['want', undefined],
  ['y', 'x', false],
  ['', undefined],
])('%s → %s is suggested only if the spellings are near', (name, word, isNear = true) => {
  expect(didYouMean(name, known)).toBe(word && isNear ? ` (did you mean '${word}'?)` : '');
});

it('suggests the current name for a former one, if that is known', () => {
  expect(didYouMean('gather', ['direct', 'implicitGemm'])).toBe(" (now called 'implicitGemm')");
  expect(didYouMean('gather', ['direct'])).toBe('');
});

it('refuses an unknown option and lists the known ones', () => {
  expect(() => refuseUnknown('conv2d', {x: 1, padding: 'same'}, known)).toThrow(
    `conv2d: unknown option 'padding' (did you mean 'pad'?); use ${known.join(', ')}.`,
  );
  expect(() => refuseUnknown('conv2d', {x: 1, want: 'dx'}, ['x'])).toThrow("conv2d: unknown option 'want'; use x.");
});

it('accepts known names, undefined values and missing options', () => {
  for (const options of [{x: 1, pad: undefined}, {}, undefined, null]) {
    expect(() => refuseUnknown('conv2d', options, known)).not.toThrow();
  }
});
