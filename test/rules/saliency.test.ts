import * as tf from '@tensorflow/tfjs';
import {createRule, gradCam, saliency, withRule} from 'tfjs-convgrad/rules';

beforeAll(() => tf.setBackend('cpu'));
beforeEach(() => tf.engine().startScope());
afterEach(() => tf.engine().endScope());

const [size, channels, classes] = [5, 3, 2];

/** conv 2×2 'valid' without bias → relu → flatten → dense without bias. */
function classifier(): tf.Sequential {
  const init = (seed: number) => tf.initializers.glorotNormal({seed});
  return tf.sequential({
    layers: [
      tf.layers.conv2d({
        ...{inputShape: [size, size, 1], filters: channels, kernelSize: 2, activation: 'relu', useBias: false},
        ...{name: `maps${Math.random()}`, kernelInitializer: init(1)},
      }),
      tf.layers.flatten(),
      tf.layers.dense({units: classes, useBias: false, kernelInitializer: init(2)}),
    ],
  });
}

/** Everything about one image by plain loops. */
function byLoops(model: tf.Sequential, x: tf.Tensor) {
  const [filter, dense] = model.getWeights().map((weights) => weights.dataSync());
  const [image, out] = [x.dataSync(), size - 1];
  const cells = [...Array(out * out * channels).keys()].map((i) => {
    const [h, w, c] = [Math.floor(i / channels / out), Math.floor(i / channels) % out, i % channels];
    const terms = [0, 1, 2, 3].map((tap) => {
      const pixel = (h + Math.floor(tap / 2)) * size + w + (tap % 2);
      return {pixel, x: image[pixel], weight: filter[tap * channels + c]};
    });
    return {i, h, w, c, terms, z: terms.reduce((sum, term) => sum + term.x * term.weight, 0)};
  });
  const hidden = cells.map(({z}) => Math.max(0, z));
  const logits = [0, 1].map((k) => hidden.reduce((sum, a, i) => sum + a * dense[i * classes + k], 0));
  return {cells, hidden, logits, dense};
}

/** Sends a value for each cell back to the pixels. */
function toPixels(
  cells: ReturnType<typeof byLoops>['cells'],
  share: (cell: (typeof cells)[0], term: {x: number; weight: number}) => number,
): number[] {
  const pixels = new Array<number>(size * size).fill(0);
  for (const cell of cells) for (const term of cell.terms) pixels[term.pixel] += share(cell, term);
  return pixels;
}

const image = (seed: number) => tf.randomNormal([1, size, size, 1], 0, 1, 'float32', seed);
const near = (actual: tf.Tensor, expected: number[]) => {
  const values = actual.dataSync();
  expect(values).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) expect(values[i]).toBeCloseTo(value, 5);
};

describe.each([1, 2, 3])('image %d', (seed) => {
  it.each([0, 1])(
    'the gradient, guided backpropagation and the deconvolutional network are those of plain loops, class %d',
    (target) => {
      const [model, x] = [classifier(), image(seed)];
      const {cells, dense} = byLoops(model, x);
      const back = (i: number) => dense[i * classes + target];
      const gate: Record<string, (z: number, dy: number) => number> = {
        exact: (z, dy) => (z > 0 ? dy : 0),
        guided: (z, dy) => (z > 0 && dy > 0 ? dy : 0),
        deconvnet: (_z, dy) => Math.max(0, dy),
      };
      for (const [rule, dyOf] of Object.entries(gate)) {
        near(
          saliency(model, x, {rule, target}),
          toPixels(cells, ({i, z}, {weight}) => dyOf(z, back(i)) * weight),
        );
      }
    },
  );

  it('relevance by ε is that of plain loops, and its sum is the logit', () => {
    const [model, x] = [classifier(), image(seed)];
    const {cells, hidden, logits, dense} = byLoops(model, x);
    const target = logits[0] > logits[1] ? 0 : 1;
    const stable = (z: number) => z + 1e-6 * Math.sign(z);
    const logit = logits[target];
    const relevance = hidden.map((a, i) => (a * dense[i * classes + target] * logit) / stable(logit));
    const expected = toPixels(cells, ({i, z}, term) => (term.x * term.weight * relevance[i]) / stable(z));
    const result = saliency(model, x, {rule: 'lrp'});
    near(result, expected);
    expect(result.sum().dataSync()[0]).toBeCloseTo(logits[target], 4);
  });

  it('relevance by αβ is that of plain loops', () => {
    const [model, x] = [classifier(), image(seed)];
    const {cells, hidden, logits, dense} = byLoops(model, x);
    const alpha = 2;
    const split = (terms: number[], R: number) => {
      const [plus, minus] = [1, -1].map((sign) => terms.filter((t) => t * sign > 0).reduce((sum, t) => sum + t, 0));
      return terms.map((t) => R * (t > 0 ? (alpha * t) / plus : t < 0 ? (-(alpha - 1) * t) / minus : 0));
    };
    const top = hidden.map((a, i) => a * dense[i * classes]);
    const relevance = split(top, logits[0]);
    const shares = cells.map(({i, terms}) =>
      split(
        terms.map((term) => term.x * term.weight),
        relevance[i],
      ),
    );
    const rule = createRule('lrp', {variant: 'alphaBeta', alpha});
    near(
      saliency(model, x, {rule, target: 0}),
      toPixels(cells, (cell, term) => shares[cell.i][cell.terms.indexOf(term as never)]),
    );
    rule.dispose();
  });

  it('Grad-CAM is that of plain loops, and the layer is as before', () => {
    const [model, x] = [classifier(), image(seed)];
    const {cells, hidden, dense} = byLoops(model, x);
    const own = Object.keys(model.layers[0]);
    const map = gradCam(model, x, model.layers[0].name, {target: 1});
    const out = size - 1;
    const alpha = [0, 1, 2].map(
      (c) => cells.filter((cell) => cell.c === c).reduce((sum, {i}) => sum + dense[i * classes + 1], 0) / (out * out),
    );
    const expected = [...Array(out * out).keys()].map((p) =>
      Math.max(
        0,
        [0, 1, 2].reduce((sum, c) => sum + alpha[c] * hidden[p * channels + c], 0),
      ),
    );
    expect(map.shape).toEqual([1, out, out]);
    near(map, expected);
    expect(Object.keys(model.layers[0])).toEqual(own);
  });
});

it('average pools share relevance in proportion, max pools give it to the largest, and nothing leaks', () => {
  const model = (pool: tf.layers.Layer) =>
    tf.sequential({layers: [pool, tf.layers.flatten(), tf.layers.dense({units: 2, useBias: false})]});
  const x = tf.tensor4d([1, 3, 2, 6], [1, 2, 2, 1]);
  const [mean, max] = [tf.layers.averagePooling2d, tf.layers.maxPooling2d].map((make) =>
    model(make({inputShape: [2, 2, 1], poolSize: 2})),
  );
  const logit = (each: tf.Sequential) => (each.predict(x) as tf.Tensor).dataSync()[0];
  near(
    saliency(mean, x, {rule: 'lrp', target: 0}),
    [1, 3, 2, 6].map((value) => (value / 12) * logit(mean)),
  );
  near(saliency(max, x, {rule: 'lrp', target: 0}), [0, 0, 0, logit(max)]);
  const {numTensors} = tf.memory();
  tf.dispose([saliency(mean, x, {rule: 'lrp'}), saliency(mean, x, {rule: 'guided', target: [1]})]);
  expect(tf.memory().numTensors).toBe(numTensors);
});

it('refuses what it cannot explain', () => {
  const [model, x] = [classifier(), image(1)];
  expect(() => saliency(model, x, {target: 2})).toThrow(
    /^saliency: target must be a class from 0 to 1 for each image; got 2/,
  );
  expect(() => saliency(model, x, {rules: 'lrp'} as never)).toThrow(/did you mean 'rule'/);
  expect(() => gradCam(model, x, 'conv')).toThrow(/^gradCam: the model has no layer 'conv'; it has maps/);
  expect(() => gradCam(model, x, model.layers[1].name)).toThrow(/must be \[batch, height, width, channels\]/);
  expect(withRule('exact', () => 1)).toBe(1);
});
