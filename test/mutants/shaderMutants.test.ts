import {program} from '../../src/backends/webgl/direct/program.js';
import {shadersOf as channelPackedShaders} from '../../src/backends/webgl/layouts/channelPacked/shaders.js';
import {shaderOf as channelPackedDirectShader} from '../../src/backends/webgl/layouts/channelPackedDirect/shaders.js';
import {shadersOf as packed2x2Shaders} from '../../src/backends/webgl/layouts/packed2x2/shaders.js';
import {defaultSetting} from '../../src/backends/webgpu/passSteps.js';
import type {Conv2DInfo} from '../../src/geometry/conv2dInfo.js';
import type {Pass} from '../../src/geometry/pass.js';
import {parseProblem, problemInfo} from '../../src/geometry/problem.js';
import {algorithmsOf, supportsPass} from '../../src/plugin/select.js';
import {channelPackedDirectMutants} from './channelPackedDirectMutants.js';
import {channelPackedMutants} from './channelPackedMutants.js';
import {depthwiseShaderMutants} from './depthwiseShaderMutants.js';
import {isThere} from './edits.js';
import {defineMutant} from './index.js';
import {packed2x2Mutants} from './packed2x2Mutants.js';
import {type OfShaders, type TextsMistake, text} from './shaderMutant.js';
import {shaderMutants} from './shaderMutants.js';
import {applies, brokenPlan, planned, wgsl} from './stepsMutant.js';
import {stepsMutants} from './stepsMutants.js';

const info = (problem: string) => problemInfo(parseProblem(problem));
const odd = info('ih5iw7ic3oc5kh3kw2sh4sw2dh2dw2-pt1pb0pl2pr0');
const oddDepthwise = info('ih5iw7ic3oc9kh3kw2sh4sw2dh2dw2-pt1pb0pl2pr0-depthwise');
const none = {dataId: {}, shape: [], dtype: 'float32' as const};
const all = [...shaderMutants, ...depthwiseShaderMutants];

test.each(all.map((mutant) => [mutant.name, mutant] as const))('%s differs from the right program', (_, mutant) => {
  const info = mutant.kind === 'depthwise' ? oddDepthwise : odd;
  for (const pass of mutant.passes) expect(mutant.shader(program)(info, pass)).not.toEqual(program(info, pass));
});

/** Compares a mutant with the right texts: with taps side by side, pixels apart, few taps, and one channel. */
function expectWrong<T>(
  {kind = 'dense', passes}: OfShaders,
  mistake: TextsMistake<T>,
  textsOf: (info: Conv2DInfo, pass: Pass) => T,
) {
  for (const pass of passes) {
    const shapes = [
      'ic9oc9kh3kw3',
      'ic9oc9kh3kw3sh2sw2',
      'ic9oc9kh2kw2',
      ...(kind === 'dense' ? ['ic1oc9kh2kw2', 'ic9oc1kh2kw2'] : []),
    ];
    const right = shapes.map((shape) => textsOf({...info(`mb2ih5iw7${shape}-same`), kind}, pass));
    const able = right.filter((texts) => isThere(() => mistake(texts, pass)) === true);
    expect(able.length).toBeGreaterThan(0);
    for (const texts of able) expect(mistake(texts, pass)).not.toEqual(texts);
  }
}

test.each(channelPackedMutants.map((mutant) => [mutant.name, mutant] as const))(
  '%s differs from the right shader',
  (_, mutant) => expectWrong(mutant, mutant.channelPacked, channelPackedShaders),
);

test.each(packed2x2Mutants.map((mutant) => [mutant.name, mutant] as const))(
  '%s differs from the right shader',
  (_, mutant) => expectWrong(mutant, mutant.packed2x2, packed2x2Shaders),
);

test.each(channelPackedDirectMutants.map((mutant) => [mutant.name, mutant] as const))(
  '%s differs from the right shader',
  (_, mutant) => expectWrong(mutant, mutant.channelPackedDirect, channelPackedDirectShader),
);

test.each(stepsMutants.map((mutant) => [mutant.name, mutant] as const))(
  '%s differs from the right shaders, and they have its name',
  (_, mutant) => {
    const {kind = 'dense', passes} = mutant;
    const problems = [
      'mb2ih7iw9ic3oc3kh3kw2sh2sw2dh2dw2-pt1pb0pl2pr0',
      'mb2ih7iw9ic5oc7kh3kw2-pt1pb0pl2pr0',
      'mb2ih7iw9ic8oc12kh3kw3-pt1pb0pl2pr0',
      'mb2ih7iw9ic8oc8kh2kw4-pt1pb0pl2pr0',
      'ih7iw9ic8oc8kh3kw2sh2sw3-p1',
    ].map(info);
    const dense = problems.map((one) => ({...one, kind}));
    for (const pass of passes) {
      const right = (one: Conv2DInfo) =>
        planned[mutant.of]
          .plan(one, pass, none, none, defaultSetting)
          .map(({shader, ...step}) => ({...step, code: shader.code}));
      const wrong = (one: Conv2DInfo) =>
        brokenPlan(mutant)(one, pass, none, none, defaultSetting).map(({shader, ...step}) => ({
          ...step,
          code: shader.code,
        }));
      const applying = dense.filter((one) => applies(mutant, one, pass) === true);
      expect(applying.length).toBeGreaterThan(0);
      expect(applying.map(wrong)).not.toEqual(applying.map(right));
      for (const {shader} of brokenPlan(mutant)(applying[0]!, pass, none, none, defaultSetting))
        expect(shader.name).toContain(mutant.name);
    }
  },
);

test('a mutant of webgpu does not support a problem whose shaders lack its text, and says so', () => {
  const mutant = {...stepsMutants[0]!, steps: wgsl(['no such text', ''])};
  expect(applies(mutant, odd, 'forward')).toMatch(
    /^mutants: no shader of implicitGemm forward 8×8 holds 'no such text'\.$/,
  );
});

test('a mutant of Winograd is not tried on what Winograd does not compute', () => {
  const mutant = stepsMutants.find(({of}) => of === 'winograd')!;
  expect(applies(mutant, odd, 'forward')).toBe('it computes 3×3 filters only');
});

test('a mutant whose text is absent, or occurs twice, is an error before anything runs', () => {
  const mutant = (from: string) => ({
    ...{name: 'vain', passes: ['forward' as const], wrong: 'nothing'},
    shader: text([from, '']),
  });
  expect(() => defineMutant(mutant('no such text'))).toThrow("the shader of forward holds 'no such text' 0×");
  expect(() => defineMutant(mutant('getX('))).toThrow("the shader of forward holds 'getX(' 2×");
});

test('a mutant is an algorithm of webgl for its own passes, until it is undone', () => {
  const undo = defineMutant('webgl-tap-step');
  expect(algorithmsOf('webgl')).toEqual([
    'packed2x2',
    'channelPackedDirect',
    'channelPacked',
    'direct',
    'mutant-webgl-tap-step',
  ]);
  expect(algorithmsOf('cpu')).not.toContain('mutant-webgl-tap-step');
  expect(supportsPass('webgl', 'mutant-webgl-tap-step', odd, 'forward')).toBe('it has no forward');
  expect(supportsPass('webgl', 'mutant-webgl-tap-step', oddDepthwise, 'backpropInput')).toMatch(/in dense shaders/);
  undo();
  expect(algorithmsOf('webgl')).toEqual(['packed2x2', 'channelPackedDirect', 'channelPacked', 'direct']);
});

test('a mutant refuses a problem whose shaders lack its mistake', () => {
  const supports = (problem: string) =>
    supportsPass('webgl', 'mutant-webgl-channel-packed-row-reversed', info(problem), 'forward');
  const undo = defineMutant('webgl-channel-packed-row-reversed');
  expect(supports('ih9iw9ic9oc9kh1kw1')).toBe('mutants: the shader of forward holds nothing that the mutant changes.');
  expect(supports('ih9iw9ic9oc9kh3kw3')).toBe(true);
  undo();
});

test('the stale program keeps the pads of the first problem, for problems of the same shapes', () => {
  const {shader} = shaderMutants.find(({name}) => name === 'webgl-stale-program')!;
  const plan = shader(program);
  const code = (problem: string) => plan(info(problem), 'forward').program.userCode;
  const first = code('ih5iw5ic1oc1kh3kw3-pt1pb0pl2pr0');
  expect(first).toContain('#define pad ivec2(1,2)\n');
  expect(code('ih5iw5ic1oc1kh3kw3-pt0pb1pl0pr2')).toBe(first);
  expect(code('ih6iw5ic1oc1kh3kw3-pt0pb1pl0pr2')).toContain('#define pad ivec2(0,0)\n');
});
