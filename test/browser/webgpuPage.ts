import type {Page} from 'playwright-core';
import type {Case} from './gpuCases.js';
import {openPage} from './openPage.js';

type Passes = {y: number[]; dx: number[]; dFilter: number[]};
export interface WebGPUBackend {
  adapterInfo: {architecture: string};
  pipelineCache: Record<string, unknown>;
  device: GPUDevice;
  numDataIds(): number;
  bufferManager: {numBytesUsed: number};
}
interface GPUDevice {
  destroy(): void;
  lost: Promise<unknown>;
  limits: {maxStorageBufferBindingSize: number};
  pushErrorScope(filter: 'validation'): void;
  popErrorScope(): Promise<{message: string} | null>;
}
/** What the tests share inside the page. */
export interface Helpers {
  /** All three passes by convgrad and by the definition on cpu, on integers drawn from the seed. */
  both(problem: Case, seed: number): Promise<{got: Passes; want: Passes}>;
  /** The outputs that differ, and the number of elements of y. */
  differ(problem: Case, seed: number): Promise<{differ: string[]; count: number}>;
  backend(): WebGPUBackend;
  /** Number of convgrad pipelines compiled so far. */
  pipelines(): number;
}

/** A page on webgpu, with the helpers as a global. */
export async function openWebgpuPage(): Promise<Page> {
  const page = await openPage();
  await page.evaluate(async () => {
    const {tf, conv2d, conv2dBackward, install} = convgrad;
    await tf.setBackend('webgpu');
    const values = (shape: readonly number[], seed: number) =>
      Float32Array.from({length: tf.util.sizeFromShape([...shape])}, (_, i) => ((i * i + seed * i + seed) % 9) - 4);
    const passes = async ({xShape, filterShape, ...attributes}: Case, seed: number): Promise<Passes> => {
      const shape = tf.tidy(
        () => conv2d({...attributes, x: tf.zeros([...xShape]), filter: tf.zeros([...filterShape])} as never).shape,
      );
      const [x, filter, dy] = [xShape, filterShape, shape].map((shape, i) =>
        tf.tensor(values(shape, seed + i), [...shape]),
      );
      const {dx, dFilter, dBias} = conv2dBackward({...attributes, x, filter, dy} as never);
      const y = conv2d({...attributes, x, filter} as never);
      const [yValues, dxValues, dFilterValues] = await Promise.all(
        [y, dx, dFilter].map(async (t) => [...(await t.data())]),
      );
      tf.dispose([x!, filter!, dy!, dx, dFilter, dBias, y]);
      return {y: yValues!, dx: dxValues!, dFilter: dFilterValues!};
    };
    const made: Helpers = {
      async both(problem, seed) {
        const got = await passes(problem, seed);
        await tf.setBackend('cpu');
        install({algorithm: 'direct'});
        const want = await passes(problem, seed);
        convgrad.uninstall();
        await tf.setBackend('webgpu');
        return {got, want};
      },
      async differ(problem, seed) {
        const {got, want} = await made.both(problem, seed);
        const outputs = (['y', 'dx', 'dFilter'] as const).filter(
          (output) =>
            got[output].length !== want[output].length || got[output].some((value, i) => value !== want[output][i]),
        );
        return {differ: outputs, count: got.y.length};
      },
      backend: () => tf.backend() as unknown as WebGPUBackend,
      pipelines: () => Object.keys(made.backend().pipelineCache).filter((key) => key.startsWith('convgrad')).length,
    };
    Object.assign(globalThis, {helpers: made});
  });
  return page;
}
