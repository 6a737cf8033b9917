import type {Tensor4D} from '@tensorflow/tfjs';
import {openPage} from './openPage.js';

const flags: [string, boolean][] = [
  ['WEBGL_PACK', false],
  ['WEBGL_LAZILY_UNPACK', false],
  ['WEBGL_FORCE_F16_TEXTURES', true],
];
/** What each algorithm serves of the problem below when it is requested. */
const serves = {
  channelPacked: ['channelPacked backpropFilter 2', 'channelPacked backpropInput 2', 'channelPacked forward 2'],
  channelPackedDirect: ['channelPackedDirect forward 2'],
  packed2x2: ['packed2x2 backpropFilter 2'],
  direct: ['direct backpropFilter 2', 'direct backpropInput 2', 'direct forward 2'],
};

test.each(
  flags.flatMap(([flag, value]) => Object.entries(serves).map(([algorithm, own]) => ({flag, value, algorithm, own}))),
)('with $flag set to $value $algorithm agrees with cpu and leaks nothing', async (given) => {
  const page = await openPage();
  const {results, served, held} = await page.evaluate(async ({flag, value, algorithm}) => {
    const {tf, install, uninstall, conv2dBackward} = convgrad;
    tf.env().set(flag, value);
    const results: number[][] = [];
    const served: string[] = [];
    const held: number[][] = [];
    for (const backend of ['cpu', 'webgl']) {
      await tf.setBackend(backend);
      const installation = install({backends: ['webgl'], algorithm});
      const run = () =>
        tf.tidy(() => {
          const integers = (shape: [number, number, number, number], seed: number) =>
            tf.round(tf.randomUniform(shape, -2, 2, 'float32', seed)) as Tensor4D;
          // On webgl the shader that restores tfjs's layout applies the epilogue.
          const [x, filter, bias] = [integers([2, 7, 6, 5], 1), integers([3, 2, 5, 3], 2), tf.tensor1d([1, -2, 3])];
          const y = tf.fused.conv2d({x, filter, strides: [2, 1], pad: 'same', bias, activation: 'relu'});
          const {dx, dFilter} = conv2dBackward({x, filter, dy: y, strides: [2, 1], pad: 'same'});
          return [y, dx, dFilter].flatMap((tensor) => Array.from(tensor.dataSync(), (number) => number + 0)); // −0 is 0
        });
      results.push(run());
      const {numBytesInGPU} = tf.memory() as unknown as {numBytesInGPU: number};
      run();
      const after = tf.memory() as unknown as {numBytesInGPU: number};
      held.push([tf.memory().numTensors, (after.numBytesInGPU ?? 0) - (numBytesInGPU ?? 0)]);
      served.push(
        ...installation
          .report()
          .calls.filter((row) => row.backend === 'webgl')
          .map((row) => `${row.algorithm} ${row.pass} ${row.calls}`),
      );
      uninstall();
    }
    return {results, served, held};
  }, given);
  expect(results[0]!.some((number) => number !== 0)).toBe(true);
  expect(results[1]).toEqual(results[0]);
  expect(served.filter((row) => row.startsWith(given.algorithm)).sort()).toEqual(given.own);
  expect(served).toHaveLength(3);
  expect(held).toEqual([
    [0, 0],
    [0, 0],
  ]);
});
