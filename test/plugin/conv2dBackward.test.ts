import * as tf from '@tensorflow/tfjs';
import {conv2dBackward, defineAlgorithm, depthwiseConv2dBackward, install, uninstall} from 'tfjs-convgrad';

const outOfMemory = () => {
  throw new RangeError('Array buffer allocation failed');
};

describe.each([
  ['conv2dBackward', conv2dBackward],
  ['depthwiseConv2dBackward', depthwiseConv2dBackward],
])('%s', (name, backward) => {
  it.each(['backpropInput', 'backpropFilter'] as const)('names itself where %s runs out of memory', async (pass) => {
    await tf.setBackend('cpu');
    const undefine = defineAlgorithm({
      ...{name: 'too-large', supports: () => true, [pass]: outOfMemory},
      [pass === 'backpropInput' ? 'backpropFilter' : 'backpropInput']: () => {},
    });
    install({algorithm: 'too-large'});
    const {numTensors} = tf.memory();
    const [x, filter, dy] = [tf.ones([1, 4, 4, 1]), tf.ones([3, 3, 1, 1]), tf.ones([1, 2, 2, 1])] as tf.Tensor4D[];
    expect(() => backward({x, filter, dy, strides: 1, pad: 'valid'})).toThrow(
      new RegExp(
        `^${name}: there is not enough memory for the result \\(\\d+ bytes\\) and for computing it; dispose of`,
      ),
    );
    tf.dispose([x, filter, dy]);
    expect(tf.memory().numTensors).toBe(numTensors);
    uninstall();
    undefine();
  });
});
