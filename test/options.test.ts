import * as tf from '@tensorflow/tfjs';
import * as convgrad from 'tfjs-convgrad';
import * as benchmarks from 'tfjs-convgrad/bench';
import * as rules from 'tfjs-convgrad/rules';
import * as verification from 'tfjs-convgrad/verify';

const ones = (...shape: [number, number, number, number]) => tf.ones(shape) as tf.Tensor4D;
const x = ones(1, 4, 4, 1);
const attributes = {x, filter: ones(3, 3, 1, 1), strides: 1, pad: 'same'};
const shapes = {xShape: [1, 4, 4, 1], filterShape: [3, 3, 1, 1], strides: 1, pad: 'same'};

/** A call of each public function with one more option; null for functions that take no options. */
const calls: Readonly<Record<string, ((more: object) => unknown) | null>> = {
  algorithms: null,
  defineAlgorithm: (more) => convgrad.defineAlgorithm({name: 'mine', forward() {}, ...more}),
  conv2dInfo: (more) => convgrad.conv2dInfo('conv2dInfo', {...shapes, ...more} as never),
  formatProblem: null,
  parseProblem: null,
  conv2d: (more) => convgrad.conv2d({...attributes, ...more} as never),
  conv2dBackward: (more) => convgrad.conv2dBackward({...attributes, dy: x, ...more} as never),
  depthwiseConv2d: (more) => convgrad.depthwiseConv2d({...attributes, ...more} as never),
  depthwiseConv2dBackward: (more) => convgrad.depthwiseConv2dBackward({...attributes, dy: x, ...more} as never),
  explain: (more) => convgrad.explain('ih4iw4ic1oc1kh3kw3', more),
  install: (more) => convgrad.install(more),
  uninstall: null,
  bench: (more) => benchmarks.bench(more),
  benchSteps: (more) => benchmarks.benchSteps(more),
  compareReports: null,
  lenet5: null,
  resnet20: null,
  unet: null,
  verify: (more) => verification.verify(more),
  checkGradients: (more) => verification.checkGradients((a) => a, x, more),
  assertGradients: (more) => verification.assertGradients((a) => a, x, more),
  arithmeticOf: null,
  errorBound: null,
  isGood: null,
  reference: null,
  verifyRule: (more) => verification.verifyRule('fa', more),
  rules: null,
  defineRule: (more) => rules.defineRule({name: 'mine', backpropInput: ({dy}) => dy, ...more}),
  createRule: (more) => rules.createRule('meprop', {...more}),
  withRule: (more) => rules.withRule('fa', () => undefined, more),
  shadow: (more) => rules.shadow({onStep() {}, ...more}),
  shadowCsv: null,
  perSampleGradients: (more) => rules.perSampleGradients(() => tf.scalar(1), [], more),
  privateGradients: (more) =>
    rules.privateGradients(() => tf.scalar(1), {clip: 1, noise: 1, seed: 1, ...more} as rules.PrivacyOptions),
  saliency: (more) => rules.saliency({} as tf.LayersModel, x, more),
  gradCam: (more) => rules.gradCam({} as tf.LayersModel, x, 'conv', more),
};

const isClass = (value: unknown) => /^class /.test(String(value));

test('the table holds every public function', () => {
  const exported = [convgrad, verification, benchmarks, rules].flatMap((entry) =>
    Object.entries(entry).flatMap(([name, value]) => (typeof value === 'function' && !isClass(value) ? [name] : [])),
  );
  expect(Object.keys(calls).sort()).toEqual(exported.sort());
});

describe.each(Object.entries(calls).flatMap(([name, call]) => (call ? [[name, call] as const] : [])))(
  '%s',
  (name, call) => {
    const refusal = async (option: string): Promise<string> => {
      try {
        await call({[option]: undefined});
      } catch (error) {
        expect(error).toBeInstanceOf(convgrad.ConvgradError);
        return (error as Error).message;
      }
      throw new Error(`${name} took the option '${option}'`);
    };

    it('refuses each of its options when it is misspelt, in its own name, and asks what was meant', async () => {
      const [probe] = /^define/.test(name) ? ['supportsx'] : ['zzzzzzzz'];
      const options = (/; use ([\w, ]+)\.$/.exec(await refusal(probe!))?.[1] ?? '').split(', ');
      expect(options).not.toEqual(['']);
      // No name of two letters is similar enough to be meant.
      for (const option of options.filter(({length}) => length > 2)) {
        expect(await refusal(`${option}x`)).toMatch(
          new RegExp(`^${name}: unknown (option|field) '${option}x' \\(did you mean '${option}'\\?\\); use `),
        );
      }
    });
  },
);
