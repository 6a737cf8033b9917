import type {Tensor} from '@tensorflow/tfjs';
import type {Page} from 'playwright-core';
import type {Pass} from '../../src/index.js';
import {openPage} from './openPage.js';

/** How an input reaches the GPU. */
export type Upload = 'fresh' | 'unpacked' | 'reshaped';
/** What the tests share inside the page. */
export interface Helpers {
  /** For each pass the first wrong element, or −1, and the algorithm that served. */
  wrong(problem: string, upload: Upload, algorithm: string): {pass: Pass; first: number; served: string}[];
  /** Results of convgrad with an algorithm and of tfjs on cpu, and call counts. */
  beside(compute: () => unknown, algorithm: string): Promise<{got: unknown; want: unknown; calls: string[]}>;
  /** Counts of tensors, their data and GPU bytes after that many runs of a problem. */
  heldAfter(runs: number, problem: string, algorithm: string): number[];
  /** Number of compiled programs whose text matches. */
  programs(like: RegExp): number;
}

/** A page on webgl, with the helpers as a global. */
export async function openWebglPage(): Promise<Page> {
  const page = await openPage();
  await page.evaluate(async () => {
    const {tf, install, uninstall, conv2d, conv2dBackward, depthwiseConv2d, depthwiseConv2dBackward} = convgrad;
    await tf.setBackend('webgl');
    const definition = convgrad.algorithms().find(({name}) => name === 'direct')!;
    const {gl} = (tf.backend() as unknown as {gpgpu: {gl: WebGL2RenderingContext}}).gpgpu;
    const sources: string[] = [];
    const original = gl.shaderSource.bind(gl);
    gl.shaderSource = (shader, text) => {
      sources.push(text);
      original(shader, text);
    };
    const values = (count: number, seed: number) =>
      Float32Array.from({length: count}, (_, i) => ((i * i + seed * i + (i >> 4)) % 9) - 4);
    const upload = (data: Float32Array, shape: number[], how: Upload): Tensor => {
      if (how === 'fresh') return tf.tensor(data.slice(), shape);
      const [n, h, w, c] = shape as [number, number, number, number];
      const first = tf.tensor(data.slice(), how === 'unpacked' ? shape : [n * h * c, w]);
      // The first program that reads a tensor decides its texture layout: sums read unpacked, additions packed.
      tf.dispose(how === 'unpacked' ? tf.cumsum(first) : tf.add(first, 1));
      return how === 'unpacked' ? first : tf.reshape(first, shape);
    };
    const made: Helpers = {
      wrong(text, how, algorithm) {
        const problem = convgrad.parseProblem(text);
        const [info, attributes] = [convgrad.problemInfo(problem), convgrad.problemAttributes(problem)];
        const {batch, inHeight, inWidth, inChannels, outChannels, filterHeight, filterWidth, kind} = info;
        const xShape = [batch, inHeight, inWidth, inChannels];
        const isDense = kind === 'dense';
        const filterShape = [filterHeight, filterWidth, inChannels, isDense ? outChannels : outChannels / inChannels];
        const shapes = [xShape, filterShape, [batch, info.outHeight, info.outWidth, info.outChannels]];
        const data = shapes.map((shape, seed) => values(tf.util.sizeFromShape(shape), seed));
        const [x, filter, dy] = data as [Float32Array, Float32Array, Float32Array];
        const want = {
          forward: new Float32Array(dy.length),
          backpropInput: new Float32Array(x.length),
          backpropFilter: new Float32Array(filter.length),
        };
        const noEngine = undefined as never; // the definition is plain loops
        definition.forward!(info, x, filter, want.forward, noEngine);
        definition.backpropInput!(info, dy, filter, want.backpropInput, noEngine);
        definition.backpropFilter!(info, x, dy, want.backpropFilter, noEngine);
        const installation = install({backends: ['webgl'], algorithm});
        const got = tf.tidy(() => {
          const [x, filter, dy] = shapes.map((shape, i) => upload(data[i]!, shape, how)) as [never, never, never];
          const both = {...attributes, x, filter};
          const {dx, dFilter} = (isDense ? conv2dBackward : depthwiseConv2dBackward)({...both, dy});
          const y: Tensor = isDense ? conv2d(both) : depthwiseConv2d(both);
          return {forward: y.dataSync(), backpropInput: dx.dataSync(), backpropFilter: dFilter.dataSync()};
        });
        const {calls} = installation.report();
        uninstall();
        return (Object.keys(want) as Pass[]).map((pass) => ({
          pass,
          first: want[pass].findIndex((value, i) => value !== got[pass][i]),
          served: calls.find((row) => row.pass === pass)!.algorithm,
        }));
      },
      async beside(compute, algorithm) {
        const installation = install({backends: ['webgl'], algorithm});
        const got = compute();
        const {calls} = installation.report();
        uninstall();
        await tf.setBackend('cpu');
        const want = compute();
        await tf.setBackend('webgl');
        return {got, want, calls: calls.map(({algorithm, pass, calls}) => `${algorithm} ${pass} ${calls}`)};
      },
      heldAfter(runs, problem, algorithm) {
        for (let i = 0; i < runs; i++) made.wrong(problem, 'unpacked', algorithm);
        const backend = tf.backend() as unknown as {numDataIds(): number; numBytesInGPU: number};
        return [tf.memory().numTensors, backend.numDataIds(), backend.numBytesInGPU];
      },
      programs: (like) => sources.filter((text) => like.test(text)).length,
    };
    Object.assign(globalThis, {helpers: made});
  });
  return page;
}
