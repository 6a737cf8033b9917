import type {Tensor} from '@tensorflow/tfjs';
import type {Page} from 'playwright-core';
import type {Pass} from '../../src/index.js';
import {type Helpers, openWebglPage, type Upload} from './webglPage.js';

declare const helpers: Helpers;

const passes: readonly Pass[] = ['forward', 'backpropInput', 'backpropFilter'];

const dense: readonly string[] = [
  'mb2ih5iw7ic3oc5kh3kw3-same',
  'mb2ih6iw8ic4oc6kh2kw2',
  'mb3ih7iw11ic1oc6kh5kw5-same',
  'ih9iw12ic1oc5kh3kw8-pt1pb0pl7pr2',
  'ih6iw9ic9oc1kh1kw6-pt0pb0pl0pr5',
  'mb2ih8iw7ic12oc2kh1kw1-p1',
  'ih11iw9ic5oc3kh3kw4sh3sw2dh2dw1-pt4pb1pl3pr0',
  'ih2iw2ic2oc2kh2kw2-p4',
  'ih6iw7ic2oc2kh2kw3sh3sw2-p1-ceil',
  'mb2ih40iw33ic7oc3kh3kw2sh1sw2-same',
];
const depthwise: readonly string[] = [
  'ih1iw1ic1oc1kh1kw1-depthwise',
  'mb2ih5iw7ic5oc5kh3kw3-same-depthwise',
  'mb2ih8iw9ic6oc6kh3kw2sh2sw2-same-depthwise',
  'mb2ih8iw9ic6oc6kh3kw3sh2sw2-pt1pb1pl1pr1-depthwise',
  'ih7iw8ic5oc5kh2kw1sh1sw2-same-depthwise',
  'ih6iw11ic3oc3kh5kw5sh3sw2dh2dw1-pt3pb2pl3pr4-depthwise',
  'ih5iw9ic4oc4kh1kw8sh2sw2-pt0pb0pl6pr5-depthwise',
  'ih7iw6ic2oc2kh3kw4sh2sw2-pt2pb0pl5pr0-ceil-depthwise',
  'mb2ih9iw9ic7oc7kh5kw4-pt1pb2pl4pr3-depthwise',
  'ih7iw12ic3oc3kh1kw8-pt0pb0pl0pr7-depthwise',
  'ih11iw6ic4oc4kh3kw5sh3sw1dh2dw1-pt5pb1pl1pr6-depthwise',
  'ih2iw2ic2oc2kh2kw2-p4-depthwise',
  'mb2ih40iw33ic7oc7kh3kw3-same-depthwise',
];
/** Pointwise: products of matrices. */
const pointwise: readonly string[] = [
  'ih1iw1ic1oc1kh1kw1',
  'mb2ih5iw7ic5oc3kh1kw1',
  'mb2ih6iw8ic4oc12kh1kw1',
  'ih17iw17ic33oc35kh1kw1',
  'mb3ih3iw1ic2oc1kh1kw1',
  'mb2ih9iw8ic6oc9kh1kw1sh2sw2',
  'mb2ih5iw8ic4oc6kh1kw1sh2sw3-same',
  'mb2ih6iw7ic4oc3kh1kw1sh3sw2-p0-ceil',
  'ih3iw3ic2oc2kh1kw1sh3sw3-p0-ceil',
  'mb3ih9iw7ic3oc5kh1kw1sh2sw1',
  'mb2ih9iw11ic5oc8kh1kw1sh1sw4',
  'mb2ih8iw13ic6oc7kh1kw1sh2sw3',
  'mb4ih16iw16ic16oc20kh1kw1sh2sw2-same',
  'ih17iw31ic7oc9kh1kw1sh3sw5',
  // Results with more rows of texels than a texture: two or three stand side by side.
  'mb150ih9iw13ic5oc7kh1kw1',
  'mb300ih9iw13ic2oc12kh1kw1',
  'mb300ih15iw13ic6oc9kh1kw1sh2sw2',
];
/** Too large for 16384 rows, so tfjs makes the texture square. */
const squarish = [
  'mb3ih75iw151ic1oc2kh2kw2-same',
  'mb3ih75iw151ic2oc2kh3kw3-same-depthwise',
  'ih5iw5ic9oc9kh70kw8-p40-depthwise',
];

describe('the passes of packed2x2', () => {
  let page: Page;

  beforeAll(async () => {
    page = await openWebglPage();
  });

  const run = async (problem: string, upload: Upload) => {
    const all = await page.evaluate(([problem, upload]) => helpers.wrong(problem, upload, 'packed2x2'), [
      problem,
      upload,
    ] as const);
    return all.map(({served, ...rest}) => ({...rest, served: served === 'packed2x2' ? served : 'another'}));
  };
  const right = (pass: Pass, served: string) => ({pass, first: -1, served});

  // Must run first, because the other tests compile the same programs.
  test('compile nothing for a new batch or size', async () => {
    const counts = await page.evaluate(() => {
      // Counts convgrad's programs only: tfjs compiles its own for uploads of a new size.
      const programs = () => helpers.programs(/stepsInside|beginOf|texelAt/);
      const compiled = (problem: string) => {
        const before = programs();
        const exact = helpers.wrong(problem, 'fresh', 'packed2x2').every(({first}) => first === -1);
        return [exact, programs() - before];
      };
      const sizes = ['mb2ih6iw7', 'mb5ih6iw7', 'mb7ih19iw12', 'mb64ih31iw5'];
      return ['ic8oc8kh2kw6-same', 'ic8oc10kh1kw1', 'ic8oc8kh2kw6-same-depthwise'].map((rest) =>
        sizes.map((size) => compiled(`${size}${rest}`)),
      );
    });
    for (const [first, ...others] of counts) {
      expect(first).toEqual([true, expect.any(Number)]);
      expect(first![1]).toBeGreaterThan(0);
      expect(others).toEqual([
        [true, 0],
        [true, 0],
        [true, 0],
      ]);
    }
  });

  test.each(dense)('serve dFilter only, and every result is exact: %s', async (problem) => {
    const all = await run(problem, 'fresh');
    expect(all).toEqual([
      right('forward', 'another'),
      right('backpropInput', 'another'),
      right('backpropFilter', 'packed2x2'),
    ]);
  });

  test.each(pointwise)(
    'serve pointwise forward and dX exactly, and dFilter up to a width stride of 2: %s',
    async (problem) => {
      const dFilter = /sw[3-9]/.test(problem) ? 'another' : 'packed2x2';
      const all = await run(problem, 'fresh');
      expect(all).toEqual([
        right('forward', 'packed2x2'),
        right('backpropInput', 'packed2x2'),
        right('backpropFilter', dFilter),
      ]);
    },
  );

  test.each(depthwise)('serve depthwise convolutions exactly: %s', async (problem) => {
    const all = await run(problem, 'fresh');
    expect(all).toEqual(passes.map((pass) => right(pass, 'packed2x2')));
  });

  test.each([...squarish, depthwise[1]!, dense[0]!, ...pointwise.slice(1, 4)])(
    'read texels from any texture layout: %s',
    async (problem) => {
      for (const upload of ['fresh', 'unpacked', 'reshaped'] as const) {
        expect((await run(problem, upload)).map(({first}) => first)).toEqual([-1, -1, -1]);
      }
    },
  );

  test.each(['relu', 'relu6', 'leakyrelu', 'prelu', 'linear'] as const)(
    'apply the bias and %s in the same shader',
    async (activation) => {
      const {got, want, calls} = await page.evaluate(async (activation) => {
        const {tf} = convgrad;
        const compute = () =>
          tf.tidy(() => {
            const integers = (shape: number[], seed: number): never =>
              tf.round(tf.randomUniform(shape, -4, 4, 'float32', seed)) as never;
            const [x, bias] = [integers([2, 5, 7, 5], 1), integers([5], 2)];
            const slopes = activation === 'prelu' ? {preluActivationWeights: integers([1, 1, 5], 3)} : {};
            const all = {x, bias, ...slopes, activation, strides: 1, pad: 'same' as const, leakyreluAlpha: 0.5};
            const dense = tf.fused.conv2d({...all, filter: integers([1, 1, 5, 5], 4)});
            const depthwise = tf.fused.depthwiseConv2d({...all, filter: integers([3, 3, 5, 1], 5)});
            // + 0 makes 0 of −0.
            return [dense, depthwise].map((y: Tensor) => Array.from(y.dataSync(), (value) => value + 0));
          });
        return helpers.beside(compute, 'packed2x2');
      }, activation);
      expect(got).toEqual(want);
      expect(calls).toEqual(['packed2x2 forward 2']);
    },
  );

  test('leak nothing', async () => {
    const held = await page.evaluate(() =>
      [1, 50].map((runs) => helpers.heldAfter(runs, 'mb2ih5iw7ic5oc5kh3kw3-same-depthwise', 'packed2x2')),
    );
    expect(held[1]).toEqual(held[0]);
  });
});
