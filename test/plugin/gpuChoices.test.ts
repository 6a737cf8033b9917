import {explain, install, uninstall} from 'tfjs-convgrad';
import {benchLayers} from '../../src/bench/layers.js';
import {describeExplanation} from '../../src/cli/explain.js';
import {passes} from '../../src/geometry/pass.js';
import {parseProblem, problemInfo} from '../../src/geometry/problem.js';
import {builtinImplementation} from '../../src/plugin/builtinImplementation.js';
import {keptChoices, resetChoices} from '../../src/plugin/choices.js';
import {candidatesOf, select, type Wanted} from '../../src/plugin/select.js';
import {withAdapter} from '../support/fakeAdapters.js';

const auto: Wanted = {algorithm: 'auto', accuracy: 'standard'};
afterEach(() => {
  uninstall();
  resetChoices();
});

/** What computes forward, dX and dFilter. */
function chosen(backend: string, layer: string): string {
  const {problem} = benchLayers().find(({name}) => name === layer)!;
  const [{passes: found}] = explain(problem, {backends: [backend]}).backends as [
    ReturnType<typeof explain>['backends'][0],
  ];
  return found.map(({algorithm}) => algorithm).join(' ');
}

// All of them were the fastest in every run of bench in software.
test.each([
  ['webgpu', 'ResNet-20 stem', 'gather gather gather'],
  ['webgpu', 'ResNet-20 stage 1', 'winograd winograd winograd'],
  ['webgpu', 'ResNet-50 3×3 at 28', 'winograd winograd winograd'],
  ['webgpu', 'MobileNet pointwise deep', 'gather gather gather'],
  ['webgpu', 'MobileNet depthwise wide', 'depthwise depthwise depthwise'],
  ['webgl', 'ResNet-20 stage 1', 'quads quads texels'],
  ['webgl', 'MobileNet depthwise deep', 'texels texels texels'],
  ['webgl', 'MobileNet depthwise stride 2', 'texels texels texels'],
  ['webgl', 'ResNet-50 stem', 'quads quads quads'],
  ['webgl', 'U-Net head', 'builtin texels texels'],
] as const)('in software, %s computes %s by %s', (backend, layer, wanted) => {
  expect(withAdapter(backend, 'SwiftShader', () => chosen(backend, layer))).toBe(wanted);
});

test('a choice hangs on problem and adapter alone, not on what came before', () => {
  const layers = benchLayers().map(({name}) => name);
  const choose = (names: readonly (string | undefined)[]) => {
    resetChoices();
    return withAdapter('webgpu', 'swiftshader', () => names.map((name) => [name, chosen('webgpu', name!)]));
  };
  expect(Object.fromEntries(choose([...layers].reverse()))).toEqual(Object.fromEntries(choose(layers)));
});

test('the adapter decides which rates count, and explain says where they come from', () => {
  const problem = 'ih14iw14ic64oc64kh3kw3-same';
  const told = (backend: 'webgl' | 'webgpu', adapter?: string) => {
    const explained = () => explain(problem, {backends: [backend]});
    return adapter ? withAdapter(backend, adapter, explained) : explained();
  };
  for (const backend of ['webgl', 'webgpu'] as const) {
    const [software, hardware, none] = [told(backend, 'swiftshader'), told(backend, 'Turing'), told(backend)];
    expect(software.backends[0]!.rates).toBe('measured on SwiftShader');
    expect(describeExplanation(software)).toContain(
      `\n${backend}, times by rates measured on SwiftShader\n  forward: `,
    );
    expect(describeExplanation(software)).toMatch(
      /\n {2}forward: \w+ \(\S+ ms predicted\), the least predicted time\n/,
    );
    expect(hardware.backends[0]!.rates).toBe('assumed of a GPU, none measured');
    expect(none.backends[0]!.rates).toBe('assumed of a GPU, none measured');
    const [slow, fast] = [software, hardware].map(({backends}) => backends[0]!.passes[0]!.predictedMilliseconds!);
    expect(slow).toBeGreaterThan(2 * fast!);
  }
  expect(explain(problem, {backends: ['cpu']}).backends[0]).not.toHaveProperty('rates');
});

test('small problems are predicted too: there the launches of Winograd’s steps are not worth it', () => {
  const find = (problem: string) =>
    withAdapter('webgpu', 'swiftshader', () =>
      passes.map(
        (pass) => select('test', 'webgpu', problemInfo(parseProblem(problem)), pass, auto).implementation.algorithm,
      ),
    );
  expect(find('ih2iw2ic128oc128kh3kw3-same')).toEqual(['gather', 'gather', 'gather']);
  expect(find('ih32iw32ic8oc8kh3kw3-same')).toEqual(['winograd', 'winograd', 'winograd']);
});

const head = problemInfo(parseProblem('ih60iw60ic64oc2kh1kw1'));
const stock = () =>
  builtinImplementation('webgl', {
    plain: () => {
      throw new Error('not called');
    },
  })!;

test("on webgl tfjs's own kernel competes by its time where it is right, and the choice is kept", () => {
  withAdapter('webgl', 'SwiftShader', () => {
    const find = (info = head, builtin: ReturnType<typeof stock> | undefined = stock(), wanted = auto) =>
      select('test', 'webgl', info, 'forward', wanted, builtin).implementation.algorithm;
    // Who asks without it gets another and decides nothing for those who ask with it.
    const without = select('test', 'webgl', head, 'forward', auto).implementation.algorithm;
    expect(without).not.toBe('builtin');
    expect(keptChoices()).toEqual({});
    expect(find()).toBe('builtin');
    expect(Object.values(keptChoices())).toEqual(['builtin']);
    expect(find()).toBe('builtin');
    expect(select('test', 'webgl', head, 'forward', auto).implementation.algorithm).toBe(without);
    expect(find(head, stock(), {...auto, algorithm: 'quads'})).toBe('quads');
    // Where its lanes are undefined it is no candidate, whatever its time.
    expect(find({...head, inWidth: 61, outWidth: 61})).not.toBe('builtin');
    const times = candidatesOf('webgl', head, 'forward', auto, stock()).map(({milliseconds}) => milliseconds!);
    expect(times.slice(0, 4)).toEqual([...times.slice(0, 4)].sort((a, b) => a - b));
    const plan = {choices: keptChoices()};
    expect(install({plan}).report().plan.choices).toEqual(plan.choices);
  });
});

test("explain says that tfjs's own is faster by its predicted time", () => {
  const [{passes: found}] = withAdapter('webgl', 'SwiftShader', () =>
    explain('ih60iw60ic64oc2kh1kw1', {backends: ['webgl']}),
  ).backends as [ReturnType<typeof explain>['backends'][0]];
  expect(found[0]).toMatchObject({
    algorithm: 'builtin',
    why: "tfjs's own kernel, told the resolved pads, which is as right: the least predicted time",
    predictedMilliseconds: expect.any(Number),
  });
  expect(found[0]!.others[0]).toMatchObject({why: 'more time', predictedMilliseconds: expect.any(Number)});
});
