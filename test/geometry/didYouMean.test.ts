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
])('%s: %s', (name, word, isNear = true) => {
  expect(didYouMean(name, known)).toBe(word && isNear ? ` (did you mean '${word}'?)` : '');
});

it('answers a former name with the one of today, where that is known', () => {
  expect(didYouMean('gather', ['direct', 'implicitGemm'])).toBe(" (now called 'implicitGemm')");
  expect(didYouMean('gather', ['direct'])).toBe('');
});

it('refuses what is unknown, and tells what is known', () => {
  expect(() => refuseUnknown('conv2d', {x: 1, padding: 'same'}, known)).toThrow(
    `conv2d: unknown option 'padding' (did you mean 'pad'?); use ${known.join(', ')}.`,
  );
  expect(() => refuseUnknown('conv2d', {x: 1, want: 'dx'}, ['x'])).toThrow("conv2d: unknown option 'want'; use x.");
});

it('lets known names pass, with undefined values too, and nothing at all', () => {
  for (const options of [{x: 1, pad: undefined}, {}, undefined, null]) {
    expect(() => refuseUnknown('conv2d', options, known)).not.toThrow();
  }
});
