import {readdirSync, statSync} from 'node:fs';
import {join} from 'node:path';
import ts from 'typescript';
import {bundled, coreStep, manifest, node, packageFolder, project, root, served, trainingStep} from './project.js';

const report = `trainOneStep().then((result) => console.log(JSON.stringify(result)));`;

/** The last line that a program printed, as JSON. */
async function printed(file: string): Promise<unknown> {
  const {exitCode, stdout, stderr} = await node([file]);
  if (exitCode !== 0) throw new Error(stderr);
  return JSON.parse(stdout.trim().split('\n').at(-1)!);
}

describe('Node', () => {
  test('import', async () => {
    const file = project({
      'main.mjs': `import * as tf from '@tensorflow/tfjs'; import {install} from 'tfjs-convgrad'; ${trainingStep} ${report}`,
    });
    expect(await printed(file('main.mjs'))).toEqual(served);
  });

  test('require', async () => {
    const file = project({
      'main.cjs': `const tf = require('@tensorflow/tfjs'); const {install} = require('tfjs-convgrad'); ${trainingStep} ${report}`,
    });
    expect(await printed(file('main.cjs'))).toEqual(served);
  });

  test.each([
    ['import', 'main.mjs', "await import('tfjs-convgrad/register');", 'import * as tf'],
    ['require', 'main.cjs', "require('tfjs-convgrad/register');", 'const tf'],
  ])('%s of register, verify and bench', async (kind, name, register, start) => {
    const from = (module: string) => (kind === 'import' ? `from '${module}'` : `= require('${module}')`);
    const list = (names: string) => (kind === 'import' ? `import {${names}}` : `const {${names}}`);
    const text = `
      ${start} ${from('@tensorflow/tfjs')};
      ${list('algorithms, defineAlgorithm, install')} ${from('tfjs-convgrad')};
      ${list('checkGradients, verify')} ${from('tfjs-convgrad/verify')};
      ${list('bench')} ${from('tfjs-convgrad/bench')};
      ${kind === 'import' ? register : ''}
      (async () => {
        ${kind === 'require' ? register : ''}
        await tf.setBackend('cpu');
        const {passed} = await checkGradients((x) => tf.conv2d(x, tf.ones([2, 2, 1, 1]), 1, 'valid', 'NHWC', 2), tf.ones([1, 4, 4, 1]));
        // An algorithm that the main entry defines is known to the other entries.
        defineAlgorithm({name: 'twin', forward: algorithms().find(({name}) => name === 'direct').forward});
        const problems = ['ih4iw4ic1oc1kh2kw2'];
        const {summary} = await verify({backends: ['cpu'], algorithms: ['twin'], passes: ['forward'], problems});
        console.log(JSON.stringify({passed, verified: summary.passed > 0 && summary.failed === 0, bench: typeof bench}));
      })();`;
    expect(await printed(project({[name]: text})(name))).toEqual({passed: true, verified: true, bench: 'function'});
  });

  test('Jest with its defaults', async () => {
    const file = project({
      'package.json': '{}',
      'step.test.js': `const tf = require('@tensorflow/tfjs'); const {install} = require('tfjs-convgrad'); ${trainingStep}
        test('trains', async () => expect(await trainOneStep()).toEqual(${JSON.stringify(served)}));`,
    });
    const ended = await node([join(root, 'node_modules/jest/bin/jest.js'), '--rootDir', file('.')], file('.'));
    expect(ended.stderr).toContain('1 passed');
    expect(ended.exitCode).toBe(0);
  });
});

describe('TypeScript', () => {
  const text = `
    import * as tf from '@tensorflow/tfjs';
    import {conv2dBackward, install, type Installation} from 'tfjs-convgrad';
    import {checkGradients, type GradientReport} from 'tfjs-convgrad/verify';
    import {bench, type BenchReport} from 'tfjs-convgrad/bench';
    const installation: Installation = install({algorithm: 'auto'});
    export const serving: boolean = installation.report().serving;
    const [x, filter, dy] = [tf.ones<tf.Rank.R4>([1, 3, 3, 1]), tf.ones<tf.Rank.R4>([2, 2, 1, 1]), tf.ones<tf.Rank.R4>([1, 2, 2, 1])];
    export const {dx}: {dx: tf.Tensor4D | null} = conv2dBackward({x, filter, dy, strides: 1, pad: 'valid'}) as {dx: tf.Tensor4D};
    export const report: Promise<GradientReport> = checkGradients((v) => tf.square(v), tf.ones([2]));
    export const measured: Promise<BenchReport> = bench({rounds: 1});
    // @ts-expect-error: the types are there, so a misspelt option is an error
    install({algoritm: 'auto'});
  `;

  test.each([
    ['node16, as a module', 'main.mts', ts.ModuleKind.Node16, ts.ModuleResolutionKind.Node16],
    ['node16, as CommonJS', 'main.cts', ts.ModuleKind.Node16, ts.ModuleResolutionKind.Node16],
    ['bundler', 'main.ts', ts.ModuleKind.ESNext, ts.ModuleResolutionKind.Bundler],
    ['node10', 'main.ts', ts.ModuleKind.CommonJS, ts.ModuleResolutionKind.Node10],
  ])('%s', (_, name, module, moduleResolution) => {
    const file = project({[name]: text});
    const program = ts.createProgram([file(name)], {
      ...{module, moduleResolution, target: ts.ScriptTarget.ES2022, lib: ['lib.es2022.d.ts', 'lib.dom.d.ts']},
      ...{strict: true, noEmit: true, skipLibCheck: false, types: [], ignoreDeprecations: '6.0'},
    });
    // The types of other packages have errors, which are not ours to report.
    const messages = ts
      .getPreEmitDiagnostics(program)
      .filter(({file: where}) => !where || where.fileName === file(name) || where.fileName.startsWith(packageFolder))
      .map(({messageText, file: where}) => `${where?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`);
    expect(messages).toEqual([]);
  });
});

describe('bundlers', () => {
  const files = {
    'main.js': `import * as tf from '@tensorflow/tfjs'; import {install} from 'tfjs-convgrad'; ${trainingStep} ${report}`,
  };

  test('esbuild', async () => {
    const {text} = await bundled(project(files)('main.js'), {platform: 'node'});
    expect(await printed(project({'out.cjs': text})('out.cjs'))).toEqual(served);
  });

  test('esbuild, with tfjs-core and a backend alone', async () => {
    const file = project({'main.js': `${coreStep('cpu')} ${report}`});
    // As for a page, in modules; else the gradients would come with a second tfjs-core.
    const {text, inputs} = await bundled(file('main.js'), {platform: 'node', mainFields: ['module', 'main']});
    expect(await printed(project({'out.cjs': text})('out.cjs'))).toEqual(served);
    const packages = inputs.flatMap((file) => /node_modules\/(@tensorflow\/[^/]+)/.exec(file)?.[1] ?? []);
    expect(new Set(packages)).toEqual(new Set(['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-cpu']));
  });
});

describe('the package', () => {
  const sizes = (folder: string): number[] =>
    readdirSync(folder, {recursive: true, withFileTypes: true})
      .filter((entry) => entry.isFile())
      .map((entry) => statSync(join(entry.parentPath, entry.name)).size);

  test('has no dependencies and no install script, and is small', () => {
    expect(manifest.dependencies ?? {}).toEqual({});
    expect(Object.keys(manifest.scripts).filter((name) => /install/.test(name))).toEqual([]);
    const total = sizes(packageFolder).reduce((sum, size) => sum + size);
    expect(total).toBeGreaterThan(1e6);
    expect(total).toBeLessThan(3e6);
  });

  test('is well-formed for publint', async () => {
    const ended = await node([join(root, 'node_modules/publint/src/cli.js'), '--strict', packageFolder]);
    expect(ended.stdout).toContain('All good!');
    expect(ended.exitCode).toBe(0);
  });
});

describe('the command without optional packages', () => {
  const command = join(packageFolder, 'dist/cli/main.js');

  test('verifies a module of the project', async () => {
    const file = project({
      'twin.mjs': `import {algorithms} from 'tfjs-convgrad';
        export const forward = (info, x, filter, y) => algorithms().find(({name}) => name === 'direct').forward(info, x, filter, y);`,
    });
    const problem = ['--problem', 'ih4iw4ic1oc1kh2kw2', '--no-regressions'];
    const ended = await node([command, 'verify', '--backend', 'cpu', '--import', file('twin.mjs'), ...problem]);
    expect(ended.stdout).toMatch(/\d+ comparisons, 0 failed/);
    expect(ended.exitCode).toBe(0);
  });

  test('names the package that a browser needs', async () => {
    const ended = await node([command, 'verify', '--backend', 'webgl', '--no-regressions']);
    expect(ended.stderr).toContain('npm install --save-dev playwright-core esbuild');
    expect(ended.exitCode).toBe(3);
  });

  test('names the package that TypeScript needs', async () => {
    if ('typescript' in process.features && process.features.typescript) {
      console.log('skipped: this Node reads TypeScript by itself');
      return;
    }
    const file = project({'typed.ts': 'export const forward = (info: object): void => {};'});
    const ended = await node([command, 'verify', '--backend', 'cpu', '--import', file('typed.ts'), '--no-regressions']);
    expect(ended.stderr).toContain('npm install --save-dev esbuild');
    expect(ended.exitCode).toBe(2);
  });
});
