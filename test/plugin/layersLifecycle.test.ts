import * as tf from '@tensorflow/tfjs';
import {install, uninstall} from 'tfjs-convgrad';
import {integers} from '../support/convLayers.js';

beforeAll(() => tf.setBackend('cpu'));
afterEach(uninstall);

type Prototype = Record<string, unknown> & {call: (...args: unknown[]) => unknown};

/** The prototypes from a layer's class up to Layer. */
function chainOf(layer: tf.layers.Layer): Prototype[] {
  const chain: Prototype[] = [];
  for (let p = Object.getPrototypeOf(layer); p !== Object.prototype; p = Object.getPrototypeOf(p)) chain.push(p);
  return chain;
}

const some = () => tf.layers.conv2d({filters: 2, kernelSize: 2, name: 'some'});
const everyLayer = () => [
  some(),
  tf.layers.conv1d({filters: 2, kernelSize: 2, name: 'one'}),
  tf.layers.conv2dTranspose({filters: 2, kernelSize: 2, name: 'transposed'}),
  tf.layers.separableConv2d({filters: 2, kernelSize: 2, name: 'separable'}),
  tf.layers.depthwiseConv2d({kernelSize: 2, name: 'depthwise'}),
];
const owner = () => chainOf(some()).find((prototype) => Object.hasOwn(prototype, 'call')) as Prototype;
const descriptors = () => everyLayer().flatMap((layer) => chainOf(layer).map(Object.getOwnPropertyDescriptors));

/** A model that tfjs alone cannot train: a dilated convolution without an activation that tfjs unfuses. */
function dilated(padding: 'same' | 'causal' = 'same'): tf.Sequential {
  const model = tf.sequential();
  const dilation = {dilationRate: 2, filters: 2, kernelSize: 2};
  model.add(tf.layers.conv2d({...dilation, activation: 'tanh', inputShape: [7, 7, 1]}));
  model.add(tf.layers.conv2d({...dilation, strides: 2}));
  model.add(tf.layers.reshape({targetShape: [4, 2]}));
  model.add(tf.layers.conv1d({...dilation, activation: 'sigmoid', padding}));
  model.add(tf.layers.flatten());
  model.add(tf.layers.dense({units: 1}));
  return model;
}

/** A batch, small enough for steady progress at the rate of `train`. */
const batch = () => tf.tidy(() => [tf.div(integers([4, 7, 7, 1], 1), 8), integers([4, 1], 2)]);

/** The losses of some steps on the same batch. */
async function train(model: tf.LayersModel, steps: number): Promise<number[]> {
  model.compile({optimizer: tf.train.sgd(0.02), loss: 'meanSquaredError'});
  const [x, y] = batch();
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) losses.push((await model.trainOnBatch(x, y)) as number);
  tf.dispose([x, y]);
  return losses;
}

async function expectTrains(model: tf.LayersModel): Promise<void> {
  const losses = await train(model, 10);
  expect(losses[9]).toBeLessThan(losses[0]);
}

async function artifactsOf(model: tf.LayersModel): Promise<tf.io.ModelArtifacts> {
  let saved: tf.io.ModelArtifacts | undefined;
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      saved = artifacts;
      return {modelArtifactsInfo: {dateSaved: new Date(0), modelTopologyType: 'JSON'}};
    }),
  );
  return saved as tf.io.ModelArtifacts;
}

describe('a model trains that', () => {
  it('was made after install()', async () => {
    install();
    await expectTrains(dilated());
    await expectTrains(dilated('causal'));
  });

  it('was made before install()', async () => {
    const layer = tf.layers.conv2d({filters: 1, kernelSize: 2, dilationRate: 2, inputShape: [7, 7, 1]});
    const model = tf.sequential({layers: [layer, tf.layers.flatten(), tf.layers.dense({units: 1})]});
    await expect(train(model, 1)).rejects.toThrow(/dilation rates greater than 1/);
    install();
    await expectTrains(model);
  });

  it('was loaded before or after install()', async () => {
    const artifacts = await artifactsOf(dilated());
    const before = await tf.loadLayersModel(tf.io.fromMemory(artifacts));
    install();
    await expectTrains(before);
    await expectTrains(await tf.loadLayersModel(tf.io.fromMemory(artifacts)));
  });

  it('was copied from JSON or a config', async () => {
    install();
    const model = dilated();
    await expectTrains(await tf.models.modelFromJSON(model.toJSON(null, false) as never));
    const layer = model.layers[1];
    const copy = (layer.constructor as unknown as {fromConfig(c: unknown, config: object): tf.layers.Layer}).fromConfig(
      layer.constructor,
      {...layer.getConfig(), name: 'copy'},
    );
    const input = tf.input({shape: [7, 7, 1]});
    const flat = tf.layers.flatten().apply(copy.apply(input)) as tf.SymbolicTensor;
    await expectTrains(
      tf.model({inputs: input, outputs: tf.layers.dense({units: 1}).apply(flat) as tf.SymbolicTensor}),
    );
  });

  it('contains another model', async () => {
    install();
    const model = tf.sequential();
    model.add(dilated());
    model.add(tf.layers.dense({units: 1}));
    await expectTrains(model);
  });
});

describe('uninstall()', () => {
  it('restores every property of the layer classes, as layers: false does', () => {
    const before = descriptors();
    install();
    expect(descriptors()).not.toEqual(before);
    install({layers: false});
    expect(descriptors()).toEqual(before);
    install();
    uninstall();
    descriptors().forEach((prototype, i) => {
      for (const [name, descriptor] of Object.entries(prototype)) expect(descriptor.value).toBe(before[i][name].value);
      expect(prototype).toEqual(before[i]);
    });
  });

  it('in the middle of training lets tfjs train on', async () => {
    install();
    const model = tf.sequential();
    model.add(tf.layers.conv2d({filters: 2, kernelSize: 2, activation: 'tanh', inputShape: [7, 7, 1]}));
    model.add(tf.layers.flatten());
    model.add(tf.layers.dense({units: 1}));
    const [first] = await train(model, 5);
    uninstall();
    const [, ...others] = await train(model, 5);
    expect(others[3]).toBeLessThan(first);
    await expect(train(dilated(), 1)).rejects.toThrow();
  });

  it('lets tfjs load and run saved models with the same results', async () => {
    install();
    const layer = tf.layers.conv2d({filters: 2, kernelSize: 2, dilationRate: 2, inputShape: [7, 7, 1]});
    const model = tf.sequential({layers: [layer]});
    const x = tf.ones([1, 7, 7, 1]);
    const y = (model.predict(x) as tf.Tensor).dataSync();
    const [config, artifacts] = [layer.getConfig(), await artifactsOf(model)];
    uninstall();
    const plain = await tf.loadLayersModel(tf.io.fromMemory(artifacts));
    const again = (plain.predict(x) as tf.Tensor).dataSync();
    expect([...again]).toEqual([...y].map((value) => expect.closeTo(value, 5)));
    expect(plain.layers.map((l) => l.getClassName())).toEqual(['Conv2D']);
    expect(layer.getConfig()).toEqual(config);
  });
});

describe('a method that others put over ours', () => {
  it('stays after uninstall(), and its calls reach tfjs', async () => {
    const original = owner().call;
    const installation = install();
    const ours = owner().call;
    const theirs = jest.fn(function (this: unknown, ...args: unknown[]) {
      return ours.apply(this, args);
    });
    owner().call = theirs;
    expect(installation.report().layers).toContainEqual({layer: 'Conv2D', servedBy: 'registered over by others'});
    await expectTrains(dilated());
    uninstall();
    expect(owner().call).toBe(theirs);
    await expect(train(dilated(), 1)).rejects.toThrow(/Either strides or dilations must be 1/);
    expect(theirs).toHaveBeenCalled();
    owner().call = original;
  });

  it('is replaced by a second install() and restored by uninstall()', () => {
    const original = owner().call;
    install();
    const theirs = () => tf.scalar(0);
    owner().call = theirs;
    const {layers} = install().report();
    expect(layers.every(({servedBy}) => servedBy === 'convgrad')).toBe(true);
    uninstall();
    expect(owner().call).toBe(theirs);
    owner().call = original;
  });
});

describe('install()', () => {
  it('changes nothing the second time', () => {
    install();
    const once = descriptors();
    install();
    expect(descriptors()).toEqual(once);
    expect(owner().call).toBe(once.find(({call}) => call)?.call.value);
  });

  it('uses up no number of a layer name', () => {
    const number = (name: string) => Number(name.match(/\d+$/));
    const before = number(tf.layers.conv2d({filters: 1, kernelSize: 1}).name);
    install().report();
    expect(number(tf.layers.conv2d({filters: 1, kernelSize: 1}).name)).toBe(before + 1);
  });

  it('reports the layer classes, and layers: false reports them as built-in', () => {
    const names = ['Conv1D', 'Conv2D', 'Conv2DTranspose', 'DepthwiseConv2D', 'SeparableConv2D'];
    const rows = (servedBy: string) => names.map((layer) => ({layer, servedBy}));
    expect(install().report().layers).toEqual(rows('convgrad'));
    expect(install({layers: false}).report().layers).toEqual(rows('built-in'));
  });

  it('works with a tfjs without layers', () => {
    const before = descriptors();
    jest.isolateModules(() => {
      const {layers} = install({tf: require('@tensorflow/tfjs-core')}).report();
      expect(layers.every(({servedBy}) => servedBy === 'not imported')).toBe(true);
    });
    expect(descriptors()).toEqual(before);
  });

  it('patches layers that are loaded after install()', () => {
    jest.isolateModules(() => {
      const core: typeof tf = require('@tensorflow/tfjs-core');
      const {register} = core.serialization.SerializationMap;
      const installation = install({tf: core});
      require('@tensorflow/tfjs-layers');
      expect(installation.report().layers.map(({servedBy}) => servedBy)).toEqual(Array(5).fill('convgrad'));
      uninstall();
      expect(core.serialization.SerializationMap.register).toBe(register);
    });
  });

  it('leaves layers alone on a backend that it does not serve', async () => {
    install({backends: ['webgl']});
    await expect(train(dilated(), 1)).rejects.toThrow();
  });
});

it('training and predicting leak no tensors', async () => {
  install();
  const model = dilated('causal');
  await train(model, 2);
  const [x, y] = batch();
  const held: object[] = [];
  for (let i = 0; i < 5; i++) {
    await model.trainOnBatch(x, y);
    tf.dispose(model.predict(x));
    held.push({tensors: tf.memory().numTensors, data: tf.backend().numDataIds(), bytes: tf.memory().numBytes});
  }
  expect(held).toEqual(Array(5).fill(held[0]));
});
