import {execFileSync} from 'node:child_process';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {type GpuCost, type GpuRates, gpuWorkKinds, predictedMilliseconds} from '../../src/backends/gpu/work.js';
import {benchLayers} from '../../src/bench/layers.js';
import {randomLayers} from '../../src/bench/randomLayers.js';
import {passes} from '../../src/geometry/pass.js';
import {formatProblem, problemInfo} from '../../src/geometry/problem.js';
import {candidatesOf} from '../../src/plugin/select.js';
import {withAdapter} from '../support/fakeAdapters.js';
import {userFiles} from '../support/userFiles.js';

const file = userFiles({});

/** Rates of an invented machine. */
const rates = {
  from: 'thin air',
  nanoseconds: {
    ...{calls: 5e5, launches: 4e4, threads: 60, products: 0.5, loads: 3, wideLoads: 7, spreadLoads: 0, selected: 0},
    ...{lookups: 0, stores: 20, wideStores: 40, pairProducts: 0, loopCarried: 0, copies: 0},
  },
  parallel: 1,
} satisfies GpuRates;

test('recovers the rates of a machine from reports of bench', () => {
  const results = withAdapter('webgpu', 'swiftshader', () =>
    [...benchLayers(), ...randomLayers(20, 3)].flatMap(({problem}) =>
      passes.map((pass) => {
        const info = problemInfo(problem);
        const [first, ...rest] = candidatesOf('webgpu', info, pass, {algorithm: 'auto', accuracy: 'standard'}).flatMap(
          ({implementation: {algorithm, cost}, verdict}) =>
            verdict === true
              ? [{algorithm, milliseconds: predictedMilliseconds(rates, (cost!(info, pass) as GpuCost).launches)}]
              : [],
        );
        const {algorithm, milliseconds} = first!;
        return {
          backend: 'webgpu',
          problem: formatProblem(problem),
          pass,
          algorithm,
          milliseconds: {ours: milliseconds},
          alternatives: rest,
        };
      }),
    ),
  );
  const report = file('report.json');
  writeFileSync(report, JSON.stringify({environment: {backends: {webgpu: {adapter: 'google swiftshader'}}}, results}));
  const script = join(__dirname, '../../scripts/fitRates.mjs');
  const text = execFileSync(process.execPath, [script, report], {encoding: 'utf8', stdio: 'pipe'});
  const found = Object.fromEntries(
    [...text.matchAll(/(\w+): ([\d.e+-]+)[,}]/g)].map(([, kind, value]) => [kind, Number(value)]),
  );
  for (const kind of ['calls', 'launches', ...gpuWorkKinds] as const) {
    const wanted = rates.nanoseconds[kind];
    expect({kind, off: Math.abs(found[kind]! - wanted) <= 0.1 * wanted}).toEqual({kind, off: true});
  }
  expect(text).toMatch(/fastest in (\d+) of \1\n$/);
});
