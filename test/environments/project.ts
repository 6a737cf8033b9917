import {execFile} from 'node:child_process';
import {mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {promisify} from 'node:util';
import {type BuildOptions, build} from 'esbuild';

export const root = join(__dirname, '../..');

/** The package as it was packed and unpacked. */
export const packageFolder = join(process.env.CONVGRAD_TEST_PROJECT!, 'node_modules/tfjs-convgrad');
export const manifest = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'));

/**
 * Makes a folder with files in the project that has the package installed.
 *
 * @returns the path of a file in it
 */
export function project(files: Record<string, string>): (name: string) => string {
  const folder = mkdtempSync(join(process.env.CONVGRAD_TEST_PROJECT!, 'case-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), {recursive: true});
    writeFileSync(join(folder, name), text);
  }
  return (name) => join(folder, name);
}

/** Makes packages of the repository visible to the project, for as long as the tests of this file run. */
export function borrow(...names: string[]): void {
  for (const name of names) {
    const link = join(process.env.CONVGRAD_TEST_PROJECT!, 'node_modules', name);
    mkdirSync(dirname(link), {recursive: true});
    symlinkSync(join(root, 'node_modules', name), link, 'junction');
  }
}

/** Bundles a file with esbuild. @returns the text, and the files that went into it */
export async function bundled(file: string, options: BuildOptions = {}): Promise<{text: string; inputs: string[]}> {
  const {outputFiles, metafile} = await build({
    ...{entryPoints: [file], bundle: true, logLevel: 'silent', ...options},
    ...{write: false, metafile: true},
  });
  return {text: outputFiles[0]!.text, inputs: Object.keys(metafile.outputs['<stdout>']?.inputs ?? metafile.inputs)};
}

export interface Ended {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** Runs Node, and returns how it ended. */
export async function node(args: readonly string[], cwd = process.env.CONVGRAD_TEST_PROJECT!): Promise<Ended> {
  const run = promisify(execFile)(process.execPath, args, {cwd, env: {...process.env, NODE_OPTIONS: ''}});
  return run.then(
    ({stdout, stderr}) => ({exitCode: 0, stdout, stderr}),
    ({code, stdout, stderr}) => ({exitCode: code, stdout, stderr}),
  );
}

/**
 * One training step of a network with a dilated convolution, which tfjs alone refuses. It needs the variables `tf` and `install`,
 * and calls `tell` with what the installation reports.
 */
export const trainingStep = `
async function trainOneStep() {
  const installation = install();
  await tf.setBackend('cpu');
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({inputShape: [8, 8, 2], filters: 4, kernelSize: 3, dilationRate: 2}),
      tf.layers.flatten(),
      tf.layers.dense({units: 1}),
    ],
  });
  model.compile({optimizer: 'sgd', loss: 'meanSquaredError'});
  const loss = await model.trainOnBatch(tf.ones([2, 8, 8, 2]), tf.ones([2, 1]));
  const {serving, calls} = installation.report();
  return {serving, passes: calls.map(({pass}) => pass).sort().join(' '), isFinite: Number.isFinite(loss)};
}
`;

/**
 * A module with the same step for a program that has only tfjs-core and a backend: no layers, and only the ops that it names. It takes the
 * gradients of tfjs's own operations from where tfjs-core keeps them.
 */
export const coreStep = (backend: string, convgrad = 'tfjs-convgrad') => `
import {mean, ones, setBackend, square, conv2d, train, variable} from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import '@tensorflow/tfjs-backend-${backend}';
import {install} from '${convgrad}';
async function trainOneStep() {
  const installation = install();
  await setBackend('${backend}');
  const [x, filter] = [ones([2, 8, 8, 2]), variable(ones([3, 3, 2, 4]))];
  const loss = () => mean(square(conv2d(x, filter, 1, 'valid', 'NHWC', 2)));
  const cost = await train.sgd(0.1).minimize(loss, true, [filter]).data();
  const {serving, calls} = installation.report();
  return {serving, passes: calls.map(({pass}) => pass).sort().join(' '), isFinite: Number.isFinite(cost[0])};
}
`;

/** What {@link trainingStep} returns when convgrad serves it. The first layer's input needs no gradient. */
export const served = {serving: true, passes: 'backpropFilter forward', isFinite: true};
