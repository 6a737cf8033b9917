import {benchLayers} from '../../src/bench/layers.js';
import {casesOf, networksOf, resolveOptions} from '../../src/bench/resolveOptions.js';
import {formatProblem} from '../../src/geometry/problem.js';

const nothing = {layers: [], problems: [], cases: 0, seed: 1};
const namesOf = (...layers: string[]) => casesOf({...nothing, layers}).map(({name}) => name);

test('layers have distinct names and distinct problems', () => {
  const layers = benchLayers();
  expect(new Set(layers.map(({name}) => name)).size).toBe(layers.length);
  expect(layers.filter(({name}) => name?.includes(','))).toEqual([]);
  expect(new Set(layers.map(({problem}) => formatProblem(problem))).size).toBe(layers.length);
});

test('layers match by word prefix, whatever the case', () => {
  expect(namesOf('lenet')).toEqual(['LeNet-5 conv1', 'LeNet-5 conv2']);
  expect(namesOf('vgg', 'depthwise str')).toEqual(['VGG conv1', 'VGG conv3', 'MobileNet depthwise stride 2']);
  expect(namesOf()).toHaveLength(benchLayers().length);
});

test('problems replace the named layers', () => {
  expect(casesOf({...nothing, problems: ['ih5iw5ic1oc1kh3kw3']})).toMatchObject([{problem: {inHeight: 5}}]);
});

test('empty options resolve to the defaults', () => {
  expect(resolveOptions({})).toEqual({
    ...{
      backends: ['cpu', 'wasm'],
      layers: [],
      problems: [],
      cases: 0,
      algorithm: 'auto',
      accuracy: 'standard',
      filters: 'new',
      rounds: 5,
      seed: 1,
      steps: false,
      engine: 'auto',
      threads: 1,
    },
    passes: ['forward', 'backpropInput', 'backpropFilter'],
  });
});

test('with steps, layers match networks by word prefix', () => {
  const namesOf = (...layers: string[]) => networksOf({layers}).map(({name}) => name);
  expect(namesOf()).toEqual(['LeNet-5', 'ResNet-20', 'U-Net 64×64']);
  expect(namesOf('u-net', 'lenet')).toEqual(['LeNet-5', 'U-Net 64×64']);
});

test.each([
  [{rounds: 0}, 'bench: rounds must be a whole number ≥ 1; got 0.'],
  [{rounds: 1.5}, 'rounds must be'],
  [{seed: -1}, 'bench: seed must be a whole number ≥ 0; got -1.'],
  [{timeBudget: 0}, 'bench: timeBudget must be a number of seconds above 0; got 0.'],
  [{threads: 0}, 'bench: threads must be a whole number from 1 to'],
  [{engine: 'steam' as 'js'}, 'bench: unknown engine "steam"; use auto, '],
  [{backends: ['abacus']}, "bench: unknown backend 'abacus'; use cpu, wasm, webgl"],
  [{passes: ['sideways' as 'forward']}, "bench: unknown pass 'sideways'; use forward, backpropInput, backpropFilter."],
  [{algorithm: 'builtin'}, "bench: unknown algorithm 'builtin'; use auto, all, implicitGemm"],
  [{layers: ['AlexNet']}, "bench: no layer is called 'AlexNet'; there are LeNet-5 conv1; "],
  [{cases: -1}, 'bench: cases must be a whole number ≥ 0; got -1.'],
  [{cases: 3, layers: ['LeNet']}, 'bench: cases are random layers; leave layers and problems out.'],
  [{accuracy: 'sloppy' as 'fast'}, "bench: unknown accuracy 'sloppy'; use standard, fast."],
  [{filters: 'old' as 'new'}, "bench: unknown kind of filters 'old'; use new, constant."],
  [{steps: true, algorithm: 'all'}, "bench: unknown algorithm 'all'; use auto, implicitGemm"],
  [
    {steps: true, cases: 3},
    'bench: steps train whole networks; leave problems, cases, passes, filters and the peer out.',
  ],
  [{problems: ['ih7']}, "'ih7' lacks 'iw'"],
  [{problems: ['mb0ih5iw5ic1oc1kh3kw3']}, 'has a size of 0'],
  [{steps: true, layers: ['VGG']}, "bench: no network is called 'VGG'; there are LeNet-5; ResNet-20; U-Net 64×64."],
  [
    {steps: true, problems: ['ih5iw5ic1oc1kh3kw3']},
    'bench: steps train whole networks; leave problems, cases, passes, filters and the peer out.',
  ],
  [{steps: true, passes: ['forward' as const]}, 'leave problems, cases, passes, filters and the peer out'],
  [{problems: ['ih5iw5ic1oc1kh3kw3'], layers: ['VGG']}, 'bench: layers and problems exclude each other'],
])('%j is refused', (options, message) => {
  expect(() => resolveOptions(options)).toThrow(message);
});
