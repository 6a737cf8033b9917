import {explain, install, uninstall} from 'tfjs-convgrad';
import {benchLayers} from '../../src/bench/layers.js';
import {describeExplanation} from '../../src/cli/explain.js';
import {passes} from '../../src/geometry/pass.js';
import {parseProblem, problemInfo} from '../../src/geometry/problem.js';
import {builtinImplementation} from '../../src/plugin/builtinImplementation.js';
import {cachedChoices, resetChoices} from '../../src/plugin/planCache.js';
import {candidatesOf, type Requested, select} from '../../src/plugin/select.js';
import {withAdapter} from '../support/fakeAdapters.js';

const auto: Requested = {algorithm: 'auto', accuracy: 'standard'};
afterEach(() => {
  uninstall();
  resetChoices();
});

/** The algorithms chosen for forward, dX and dFilter. */
function chosen(backend: string, layer: string): string {
  const {problem} = benchLayers().find(({name}) => name === layer)!;
  const [{passes: found}] = explain(problem, {backends: [backend]}).backends as [
    ReturnType<typeof explain>['backends'][0],
  ];
  return found.map(({algorithm}) => algorithm).join(' ');
}

// Each was the fastest in every run of bench with software rendering.
test.each([
  ['webgpu', 'ResNet-20 stem', 'implicitGemm implicitGemm implicitGemm'],
  ['webgpu', 'ResNet-20 stage 2', 'winograd winograd winograd'],
  ['webgpu', 'ResNet-50 3×3 at 28', 'winograd winograd winograd'],
  ['webgpu', 'MobileNet pointwise deep', 'implicitGemm implicitGemm implicitGemm'],
  ['webgpu', 'MobileNet depthwise wide', 'depthwise depthwise depthwise'],
  ['webgl', 'ResNet-50 3×3 at 14', 'channelPackedDirect channelPackedDirect packed2x2'],
  ['webgl', 'ResNet-20 stage 1', 'channelPackedDirect channelPackedDirect packed2x2'],
  ['webgl', 'ResNet-50 stem', 'channelPackedDirect channelPacked channelPacked'],
  ['webgl', 'MobileNet depthwise deep', 'packed2x2 packed2x2 packed2x2'],
  ['webgl', 'MobileNet depthwise stride 2', 'packed2x2 packed2x2 packed2x2'],
  ['webgl', 'ResNet-20 shortcut', 'packed2x2 packed2x2 packed2x2'],
  ['webgl', 'U-Net head', 'builtin packed2x2 packed2x2'],
] as const)('in software, %s serves %s with %s', (backend, layer, wanted) => {
  expect(withAdapter(backend, 'SwiftShader', () => chosen(backend, layer))).toBe(wanted);
});

test('the first choice for a layer does not depend on the layers before it', () => {
  const layers = benchLayers().map(({name}) => name);
  const choose = (names: readonly (string | undefined)[]) => {
    resetChoices();
    return withAdapter('webgpu', 'swiftshader', () => names.map((name) => [name, chosen('webgpu', name!)]));
  };
  expect(Object.fromEntries(choose([...layers].reverse()))).toEqual(Object.fromEntries(choose(layers)));
});

describe('an algorithm compiled for one size of a layer', () => {
  const layer = (batch: number, size: number) =>
    problemInfo(parseProblem(`mb${batch}ih${size}iw${size}ic64oc64kh3kw3-same`));
  const find = (info: ReturnType<typeof layer>) =>
    select('test', 'webgpu', info, 'backpropFilter', auto).implementation.algorithm;
  const fresh = (info: ReturnType<typeof layer>) => {
    resetChoices();
    return find(info);
  };
  const milliseconds = (info: ReturnType<typeof layer>, algorithm: string) =>
    candidatesOf('webgpu', info, 'backpropFilter', auto).find(
      ({implementation}) => implementation.algorithm === algorithm,
    )!.milliseconds!;

  test('serves every other batch size', () => {
    withAdapter('webgpu', 'Turing', () => {
      expect([fresh(layer(1, 7)), fresh(layer(32, 7))]).toEqual(['implicitGemm', 'winograd']);
      expect([fresh(layer(1, 7)), find(layer(32, 7)), find(layer(5, 7))]).toEqual([
        'implicitGemm',
        'implicitGemm',
        'implicitGemm',
      ]);
      expect([fresh(layer(32, 7)), find(layer(1, 7))]).toEqual(['winograd', 'winograd']);
    });
  });

  test('serves another image size unless it takes twice the lowest predicted time', () => {
    withAdapter('webgpu', 'Turing', () => {
      const kept = new Map<boolean, number>();
      for (const [from, to] of [
        [layer(1, 2), layer(1, 28)],
        [layer(1, 2), layer(32, 56)],
        [layer(1, 28), layer(1, 7)],
        [layer(1, 28), layer(1, 2)],
      ] as const) {
        const [before, best] = [fresh(from), fresh(to)];
        const isLong = milliseconds(to, before) > 2 * milliseconds(to, best);
        expect(before).not.toBe(best);
        resetChoices();
        expect([find(from), find(to)]).toEqual([before, isLong ? best : before]);
        kept.set(isLong, (kept.get(isLong) ?? 0) + 1);
      }
      expect([...kept.keys()].sort()).toEqual([false, true]);
    });
  });

  test('appears in explain() as chosen before', () => {
    withAdapter('webgpu', 'Turing', () => {
      fresh(layer(1, 7));
      const [{passes: found}] = explain('mb32ih7iw7ic64oc64kh3kw3-same', {backends: ['webgpu']}).backends as [
        ReturnType<typeof explain>['backends'][0],
      ];
      expect(found[2]).toMatchObject({
        algorithm: 'implicitGemm',
        why: 'chosen earlier, by a plan or for another size of this layer',
      });
      expect(found[2]!.others[0]).toMatchObject({algorithm: 'winograd', why: 'not the earlier choice'});
    });
  });
});

test('the adapter decides which rates apply, and explain() names their source', () => {
  const problem = 'ih14iw14ic64oc64kh3kw3-same';
  const told = (backend: 'webgl' | 'webgpu', adapter?: string) => {
    const explained = () => explain(problem, {backends: [backend]});
    return adapter ? withAdapter(backend, adapter, explained) : explained();
  };
  for (const backend of ['webgl', 'webgpu'] as const) {
    const [software, hardware, none] = [told(backend, 'swiftshader'), told(backend, 'Turing'), told(backend)];
    expect(software.backends[0]!.rates).toBe('measured on SwiftShader');
    expect(describeExplanation(software)).toContain(
      `\n${backend}, times predicted with rates measured on SwiftShader\n  forward: `,
    );
    expect(describeExplanation(software)).toMatch(/\n {2}forward: \w+ \(\S+ ms predicted\), lowest predicted time\n/);
    expect(hardware.backends[0]!.rates).toBe('assumed of a GPU, none measured');
    expect(none.backends[0]!.rates).toBe('assumed of a GPU, none measured');
    const [slow, fast] = [software, hardware].map(({backends}) => backends[0]!.passes[0]!.predictedMilliseconds!);
    expect(slow).toBeGreaterThan(2 * fast!);
  }
  expect(explain(problem, {backends: ['cpu']}).backends[0]).not.toHaveProperty('rates');
});

test('small problems use predicted times too, and so avoid the launches of winograd', () => {
  const find = (problem: string) =>
    withAdapter('webgpu', 'swiftshader', () =>
      passes.map(
        (pass) => select('test', 'webgpu', problemInfo(parseProblem(problem)), pass, auto).implementation.algorithm,
      ),
    );
  expect(find('ih2iw2ic128oc128kh3kw3-same')).toEqual(['implicitGemm', 'implicitGemm', 'implicitGemm']);
  expect(find('ih32iw32ic24oc24kh3kw3-same')).toEqual(['winograd', 'winograd', 'winograd']);
});

const head = problemInfo(parseProblem('ih60iw60ic64oc2kh1kw1'));
const stock = () =>
  builtinImplementation('webgl', {
    plain: () => {
      throw new Error('not called');
    },
  })!;

test('on webgl the built-in competes by predicted time where it is right', () => {
  withAdapter('webgl', 'SwiftShader', () => {
    const find = (info = head, builtin: ReturnType<typeof stock> | undefined = stock(), wanted = auto) =>
      select('test', 'webgl', info, 'forward', wanted, builtin).implementation.algorithm;
    // A choice made without the built-in is not cached for calls that consider it.
    const without = select('test', 'webgl', head, 'forward', auto).implementation.algorithm;
    expect(without).not.toBe('builtin');
    expect(cachedChoices()).toEqual({});
    expect(find()).toBe('builtin');
    expect(Object.values(cachedChoices())).toEqual(['builtin']);
    expect(find()).toBe('builtin');
    expect(select('test', 'webgl', head, 'forward', auto).implementation.algorithm).toBe(without);
    expect(find(head, stock(), {...auto, algorithm: 'channelPacked'})).toBe('channelPacked');
    // It is no candidate if its unused lanes may be undefined, whatever its time.
    expect(find({...head, inWidth: 61, outWidth: 61})).not.toBe('builtin');
    const times = candidatesOf('webgl', head, 'forward', auto, stock()).map(({milliseconds}) => milliseconds!);
    expect(times.slice(0, 4)).toEqual([...times.slice(0, 4)].sort((a, b) => a - b));
    const plan = {choices: cachedChoices()};
    expect(install({plan}).report().plan.choices).toEqual(plan.choices);
  });
});

test('explain() gives the lowest predicted time as the reason for the built-in', () => {
  const [{passes: found}] = withAdapter('webgl', 'SwiftShader', () =>
    explain('ih60iw60ic64oc2kh1kw1', {backends: ['webgl']}),
  ).backends as [ReturnType<typeof explain>['backends'][0]];
  expect(found[0]).toMatchObject({
    algorithm: 'builtin',
    why: "tfjs's own kernel, right when given the resolved pads: lowest predicted time",
    predictedMilliseconds: expect.any(Number),
  });
  expect(found[0]!.others[0]).toMatchObject({why: 'higher predicted time', predictedMilliseconds: expect.any(Number)});
});
