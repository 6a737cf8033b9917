import * as tf from '@tensorflow/tfjs';
import {install, uninstall} from 'tfjs-convgrad';
import {built, integers, valueAndGradients, variablesOf} from '../support/convLayers.js';

beforeAll(() => tf.setBackend('cpu'));
beforeEach(() => tf.engine().startScope());
afterEach(() => {
  tf.engine().endScope();
  uninstall();
});

/** The values of f, or its error message. */
function outcome(f: () => tf.Tensor[]): unknown {
  try {
    return f().map((tensor) => [tensor.shape, [...tensor.dataSync()]]);
  } catch (error) {
    return (error as Error).message;
  }
}

/** The outcome of f with tfjs alone, and with convgrad serving another backend. */
function aloneAndUnserved(f: () => tf.Tensor[]): [alone: unknown, unserved: unknown] {
  const alone = outcome(f);
  install({backends: ['wasm']});
  return [alone, outcome(f)];
}

describe('on a backend that is not served', () => {
  it.each<[string, () => tf.layers.Layer]>([
    ['conv2d', () => tf.layers.conv2d({filters: 3, kernelSize: 2, activation: 'relu'})],
    ['dilated conv2d', () => tf.layers.conv2d({filters: 3, kernelSize: 2, dilationRate: 2})],
    ['depthwiseConv2d', () => tf.layers.depthwiseConv2d({kernelSize: 2, depthMultiplier: 2})],
    ['dilated depthwiseConv2d', () => tf.layers.depthwiseConv2d({kernelSize: 2, dilationRate: 2})],
    ['separableConv2d', () => tf.layers.separableConv2d({filters: 3, kernelSize: 2, padding: 'same'})],
    ['conv2dTranspose', () => tf.layers.conv2dTranspose({filters: 3, kernelSize: 2, strides: 2})],
  ])('a layer gives the values and gradients of tfjs alone: %s', (_name, make) => {
    const layer = built(make(), [6, 5, 2]);
    const [x, weights] = [integers([2, 6, 5, 2], 1), variablesOf(layer)];
    const [alone, unserved] = aloneAndUnserved(() =>
      valueAndGradients((input) => layer.apply(input) as tf.Tensor, x, weights),
    );
    expect(unserved).toEqual(alone);
  });

  const ops: Record<string, (x: tf.Tensor4D, filter: tf.Tensor4D) => tf.Tensor> = {
    'a dilated conv2d': (x, filter) => tf.conv2d(x, filter, 1, 'valid', 'NHWC', 2),
    'a conv2d that rounds up': (x, filter) => tf.conv2d(x, filter, 2, 0, 'NHWC', 1, 'ceil'),
    'a dilated depthwiseConv2d': (x, filter) => tf.depthwiseConv2d(x, filter, 1, 'valid', 'NHWC', 2),
    'a depthwiseConv2d with dilations null': (x, filter) =>
      tf.depthwiseConv2d(x, filter, 1, 'same', 'NHWC', null as never),
    'a dilated fused conv2d': (x, filter) => tf.fused.conv2d({x, filter, strides: 1, pad: 'valid', dilations: 2}),
    'a conv2dTranspose': (x, filter) =>
      tf.conv2dTranspose(x, filter.transpose([0, 1, 3, 2]), [2, 12, 10, 3], 2, 'same'),
  };
  it.each(Object.entries(ops))('%s has the gradients or the error of tfjs', (_name, convolve) => {
    const inputs = [integers([2, 6, 5, 2], 1), integers([2, 2, 2, 3], 2)];
    const [alone, unserved] = aloneAndUnserved(() => tf.grads(convolve as never)(inputs));
    expect(unserved).toEqual(alone);
  });

  it('a second derivative that tfjs alone lacks is right', () => {
    const [x, filter] = [integers([1, 4, 4, 2], 1), integers([2, 2, 2, 3], 2)] as tf.Tensor4D[];
    const penalty = (w: tf.Tensor) =>
      tf
        .grad((v: tf.Tensor) =>
          tf
            .conv2d(x, v as tf.Tensor4D, 1, 'same')
            .square()
            .sum(),
        )(w)
        .square()
        .sum();
    const [alone, unserved] = aloneAndUnserved(() => [tf.grad(penalty)(filter)]);
    expect(alone).toMatch(/gradient function not found for Conv2DBackpropFilter/);
    install();
    expect(unserved).toEqual(outcome(() => [tf.grad(penalty)(filter)]));
  });

  it('a gradient registered before by others gets the tensors that it saves', () => {
    const stock = tf.getGradient('Conv2D');
    tf.unregisterGradient('Conv2D');
    const saved: number[][] = [];
    tf.registerGradient({
      ...{kernelName: 'Conv2D', inputsToSave: ['filter'], outputsToSave: [true]},
      gradFunc: (dy, [filter, y]) => {
        saved.push(filter.shape, y.shape);
        return {x: () => tf.mul(dy as tf.Tensor, 7), filter: () => tf.zerosLike(filter)};
      },
    });
    install({backends: ['wasm']});
    const filter = integers([1, 1, 1, 1], 1) as tf.Tensor4D;
    const dx = tf.grad((x: tf.Tensor) => tf.conv2d(x as tf.Tensor4D, filter, 1, 'same'))(integers([1, 2, 2, 1], 2));
    expect([...dx.dataSync()]).toEqual([7, 7, 7, 7]);
    expect(saved).toEqual([filter.shape, [1, 2, 2, 1]]);
    uninstall();
    tf.unregisterGradient('Conv2D');
    tf.registerGradient(stock);
  });
});

it('a dilated gradient throws if the backend is no longer served', () => {
  install();
  const f = (x: tf.Tensor) => {
    const y = tf.conv2d(x as tf.Tensor4D, tf.ones([3, 3, 1, 1]), 1, 'valid', 'NHWC', 2);
    install({backends: ['webgl']});
    return y;
  };
  expect(() => tf.grad(f)(tf.ones([1, 5, 5, 1]))).toThrow(
    /Conv2DBackpropInput on backend 'cpu' is not convgrad's kernel, and no other kernel is known to take dilations \[2\]/,
  );
});

it('the report names convgrad for the gradients, whatever backend is active', () => {
  const {gradients} = install({backends: ['wasm']}).report();
  expect(gradients.map(({servedBy}) => servedBy)).toEqual(gradients.map(() => 'convgrad'));
});
