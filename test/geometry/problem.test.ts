import {formatProblem, type Problem, parseProblem, problemInfo} from '../../src/geometry/problem.js';

describe('problem strings', () => {
  it.each([
    'mb2ih7iw5ic3oc4kh3kw3sh2sw1dh1dw1-same-nhwc',
    'mb1ih9iw8ic2oc3kh3kw2sh3sw2dh1dw1-pt1pb1pl0pr1-ceil-nchw',
    'mb1ih5iw5ic1oc1kh3kw1sh1sw1dh1dw1-p1-nhwc',
    'mb3ih8iw8ic4oc4kh2kw2sh1sw1dh2dw3-valid-nhwc',
    'mb0ih8iw8ic4oc4kh2kw2sh1sw1dh2dw3-p2-round-nhwc',
    'mb2ih7iw5ic3oc6kh3kw3sh2sw1dh1dw1-same-nhwc-depthwise',
    'mb1ih9iw8ic2oc2kh3kw2sh3sw2dh1dw1-pt1pb1pl0pr1-ceil-nchw-depthwise',
  ])('%s parses and formats to the same text', (text) => {
    expect(formatProblem(parseProblem(text))).toBe(text);
  });

  it('fill in defaults', () => {
    expect(formatProblem(parseProblem('ih7iw5ic3oc4kh3kw3'))).toBe('mb1ih7iw5ic3oc4kh3kw3sh1sw1dh1dw1-valid-nhwc');
  });

  it('resolve explicit pads alike in both data formats', () => {
    const text = 'ih9iw8ic2oc3kh3kw2sh3sw2-pt1pb1pl0pr1-ceil';
    const [nhwc, nchw] = ['nhwc', 'nchw'].map((format) => problemInfo(parseProblem(`${text}-${format}`)));
    expect({...nchw, dataFormat: 'NHWC'}).toEqual(nhwc);
    expect(nhwc).toMatchObject({outHeight: 4, outWidth: 5, padTop: 1, padLeft: 0});
  });

  it.each([
    ['', /does not begin with sizes/],
    ['foo', /does not begin with sizes/],
    ['ih7iw5ic3oc4kh3', /lacks 'kw'/],
    ['ih7iw5ic3oc4kh3kw3zz1', /unknown size 'zz'/],
    ['ih7iw5ic3oc4kh3kw3ih7', /gives 'ih' twice/],
    ['ih7iw5ic3oc4kh3kw3-smae', /unknown part 'smae'/],
    ['ih7iw5ic3oc4kh3kw3-same-p1', /gives the pad twice/],
    ['ih7iw5ic3oc4kh3kw3-depthwise', /oc 4, which must be a multiple of ic 3/],
    ['ih7iw5ic3oc3kh3kw3-depthwise-dense', /gives the kind twice/],
    ['ih2iw5ic3oc4kh3kw3', /covers 3 along the height, more than input 2/],
    ['ih7iw5ic3oc4kh3kw3sh0', /strides must be/],
    ['ih7iw5ic3oc4kh3kw3-same-ceil', /'ceil' needs a numeric or explicit pad/],
    ['ih7iw5ic3oc4kh3kw3-p-1', /unknown part 'p-1'/],
  ])('are refused if malformed: %p', (text, message) => {
    expect(() => parseProblem(text)).toThrow(message);
  });

  it('include pad, rounding mode and data format', () => {
    const problem: Problem = {
      ...parseProblem('ih7iw5ic3oc4kh3kw3'),
      pad: 2,
      dimRoundingMode: 'round',
      dataFormat: 'NCHW',
    };
    expect(formatProblem(problem)).toMatch(/-p2-round-nchw$/);
  });
});
