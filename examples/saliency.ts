/**
 * What does a network see? Trains one on drawn digits, and draws for each digit what five methods say about the output: the gradient, guided
 * backpropagation, the deconvolutional network, layer-wise relevance propagation, and Grad-CAM.
 *
 *     node examples/run.mjs saliency [--steps 150] [--backend cpu] [--out .convgrad/saliency.svg]
 */
import {mkdirSync, writeFileSync} from 'node:fs';
import {dirname, resolve} from 'node:path';
import {parseArgs} from 'node:util';
import * as tf from '@tensorflow/tfjs';
import {install} from 'tfjs-convgrad';
import {createRule, gradCam, saliency} from 'tfjs-convgrad/rules';
import {drawDigits, size} from './support/digits.js';

const {values: options} = parseArgs({
  options: {
    steps: {type: 'string', default: '150'},
    backend: {type: 'string', default: 'cpu'},
    out: {type: 'string', default: '.convgrad/saliency.svg'},
  },
});
await tf.setBackend(options.backend);
install();

const kernelInitializer = () => tf.initializers.heNormal({seed: 3});
const model = tf.sequential({
  layers: [
    tf.layers.conv2d({
      ...{inputShape: [size, size, 1], filters: 8, kernelSize: 3, padding: 'same', activation: 'relu'},
      kernelInitializer: kernelInitializer(),
    }),
    tf.layers.maxPooling2d({poolSize: 2}),
    tf.layers.conv2d({
      ...{name: 'last', filters: 16, kernelSize: 3, padding: 'same', activation: 'relu'},
      kernelInitializer: kernelInitializer(),
    }),
    tf.layers.flatten(),
    tf.layers.dense({units: 10, kernelInitializer: kernelInitializer()}), // logits: softmax would mix the classes
  ],
});
const train = drawDigits(500, 1);
const optimizer = tf.train.adam(0.005);
for (let step = 0; step < Number(options.steps); step++) {
  const from = (step * 50) % 500;
  optimizer.minimize(() => {
    const logits = model.apply(train.images.slice(from, 50)) as tf.Tensor;
    return tf.losses.softmaxCrossEntropy(train.labels.slice(from, 50), logits) as tf.Scalar;
  });
}

const {images, labels} = drawDigits(10, 5);
const found = tf.argMax(model.predict(images) as tf.Tensor, 1).dataSync();
const right = tf
  .argMax(labels, 1)
  .dataSync()
  .filter((digit, i) => digit === found[i]).length;
const cam = tf.image.resizeBilinear(gradCam(model, images, 'last').expandDims(-1) as tf.Tensor4D, [size, size]);
const rows: [string, tf.Tensor][] = [
  ['digit', images],
  ['gradient', saliency(model, images)],
  ['guided', saliency(model, images, {rule: 'guided'})],
  ['deconvnet', saliency(model, images, {rule: 'deconvnet'})],
  ['relevance', saliency(model, images, {rule: createRule('lrp', {variant: 'alphaBeta', alpha: 1})})],
  ['Grad-CAM', cam],
];

const [dot, gap, left] = [4, 8, 80];
const side = dot * size + gap;
/** Blue is negative, red positive; each image has its own scale. */
function colour(value: number, most: number): string {
  const strength = Math.round(255 * (1 - Math.min(1, Math.abs(value) / (most || 1))));
  return value < 0 ? `rgb(${strength},${strength},255)` : `rgb(255,${strength},${strength})`;
}
const squares = rows.flatMap(([, maps], row) => {
  const values = maps.dataSync<'float32'>();
  return Array.from({length: 10}, (_, n) => {
    const image = values.slice(n * size * size, (n + 1) * size * size);
    const most = Math.max(...Array.from(image, Math.abs));
    return Array.from(image, (value, i) => {
      const [x, y] = [left + n * side + (i % size) * dot, row * side + Math.floor(i / size) * dot];
      return `<rect x="${x}" y="${y}" width="${dot}" height="${dot}" fill="${colour(value, most)}"/>`;
    }).join('');
  });
});
const names = rows.map(([name], row) => `<text x="0" y="${row * side + side / 2}">${name}</text>`);
const [width, height] = [left + 10 * side, rows.length * side];
const file = resolve(options.out);
mkdirSync(dirname(file), {recursive: true});
writeFileSync(
  file,
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13">` +
    `<rect width="100%" height="100%" fill="white"/>${names.join('')}${squares.join('')}</svg>\n`,
);
console.log(`${right} of 10 digits are recognised; what the network sees in them is drawn in ${file}`);

// This example is in order when the network has learned something to look at.
if (right < 7) process.exitCode = 1;
