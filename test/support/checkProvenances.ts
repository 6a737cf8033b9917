import type {Tensor, Tensor4D} from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import {problemAttributes, problemInfo} from '../../src/geometry/problem.js';
import {
  algorithms,
  conv2d,
  conv2dBackward,
  depthwiseConv2d,
  depthwiseConv2dBackward,
  install,
  parseProblem,
  uninstall,
} from '../../src/index.js';
import {type Backend, provenances} from './provenances.js';

/** What {@link checkProvenances} found. */
export interface ProvenanceFindings {
  /** The wrong results, with the first wrong element of each. */
  wrong: string[];
  /** Errors that the device reported. */
  complaints: string[];
  /** Counts of tensors and data that a second run changed. */
  leaks: string[];
  /** The algorithms that served. */
  served: string[];
  /** Number of provenances tried. */
  count: number;
}

/**
 * Runs all that convgrad computes of a problem on the active backend: both functions, fused and not, and all gradients; with every input, the bias and the
 * slopes of prelu from each provenance in turn. Values are whole numbers, so that the definition's results are the only right ones.
 */
export async function checkProvenances(backend: Backend, algorithm: string, line: string): Promise<ProvenanceFindings> {
  const definition = algorithms().find(({name}) => name === 'direct')!;
  const problem = parseProblem(line);
  const info = problemInfo(problem);
  const attributes = problemAttributes(problem);
  const isDense = info.kind === 'dense';
  const {batch, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels: F} = info;
  const shapes = {
    x: [batch, inHeight, inWidth, inChannels],
    filter: [info.filterHeight, info.filterWidth, inChannels, isDense ? F : F / inChannels],
    dy: [batch, outHeight, outWidth, F],
    bias: [F],
    slopes: [1, 1, F],
  };
  type Name = keyof typeof shapes;
  const kinds = {
    integers: (i: number) => ((i * i + (i >> 4)) % 9) - 4,
    bits: (i: number) => ((i * i + (i >> 3)) % 5) % 2,
    bytes: (i: number) => (i * i + (i >> 2)) % 13,
  };
  const device = (
    tf.backend() as unknown as {
      device?: {
        pushErrorScope(filter: string): void;
        popErrorScope(): Promise<{message: string} | null>;
      };
    }
  ).device;
  const installation = install({backends: [backend], algorithm});
  const wrong: string[] = [];
  const [complaints, leaks]: string[][] = [[], []];
  const all = provenances(backend);
  const nchw = attributes.dataFormat === 'NCHW';
  const toNCHW = (data: Float32Array, [, h, w, c]: number[]) =>
    Float32Array.from({length: data.length}, (_, i) => {
      const [column, row] = [i % w!, Math.floor(i / w!) % h!];
      const [channel, image] = [Math.floor(i / w! / h!) % c!, Math.floor(i / w! / h! / c!)];
      return data[((image * h! + row) * w! + column) * c! + channel]!;
    });
  for (const {name, values, make} of all) {
    const seeds: Record<Name, number> = {x: 0, filter: 3, dy: 5, bias: 7, slopes: 11};
    const data = Object.fromEntries(
      Object.entries(shapes).map(([key, shape]) => [
        key,
        Float32Array.from({length: tf.util.sizeFromShape(shape)}, (_, i) => kinds[values](i + seeds[key as Name])),
      ]),
    ) as Record<Name, Float32Array>;
    const y = new Float32Array(data.dy.length);
    const want = {
      y,
      fused: y.slice(),
      dx: new Float32Array(data.x.length),
      dFilter: new Float32Array(data.filter.length),
      dBias: new Float32Array(F),
    };
    for (const [i, value] of data.dy.entries()) want.dBias[i % F]! += value;
    const noEngine = undefined as never; // the definition is plain loops
    definition.forward!(info, data.x, data.filter, y, noEngine);
    definition.backpropInput!(info, data.dy, data.filter, want.dx, noEngine);
    definition.backpropFilter!(info, data.x, data.dy, want.dFilter, noEngine);
    want.fused = y.map((value, i) => {
      const sum = value + data.bias[i % F]!;
      return sum < 0 ? sum * data.slopes[i % F]! : sum;
    });
    const given: Partial<Record<Name, Tensor>> = {};
    for (const [key, shape] of Object.entries(shapes) as [Name, number[]][]) {
      const isImage = nchw && (key === 'x' || key === 'dy');
      const [n, h, w, c] = shape as [number, number, number, number];
      const laid = isImage ? toNCHW(data[key], shape) : data[key];
      given[key] = await make([...laid], isImage ? [n, c, h, w] : nchw && key === 'slopes' ? [F] : shape);
    }
    const {x, filter, dy, bias, slopes} = given as Record<Name, Tensor4D>;
    const {strides, pad, dataFormat, dilations, dimRoundingMode} = attributes;
    const plain = [x, filter, strides, pad, dataFormat, dilations, dimRoundingMode] as unknown as [
      never,
      never,
      never,
      never,
    ];
    const fusedOp = (isDense ? tf.fused.conv2d : tf.fused.depthwiseConv2d) as unknown as (of: object) => Tensor;
    const byTape = (): Record<string, Tensor> => {
      const biased = (...[x, filter, bias]: Tensor[]) => fusedOp({...attributes, x, filter, bias});
      const [dx, dFilter, dBias] = tf.grads(biased)([x, filter, bias], dy);
      const own = (bias: Tensor) => (isDense ? conv2d : depthwiseConv2d)({...attributes, x, filter, bias});
      const ofOwn = tf.grad(own)(bias, dy);
      return {
        'dBias by the function': ofOwn,
        'dx by the tape': dx!,
        'dFilter by the tape': dFilter!,
        'dBias by the tape': dBias!,
      };
    };
    const compute = (): Record<string, Tensor> => ({
      ...(isDense ? conv2dBackward : depthwiseConv2dBackward)({...attributes, x, filter, dy}),
      y: (isDense ? tf.conv2d : tf.depthwiseConv2d)(...plain) as Tensor,
      fused: fusedOp({...attributes, x, filter, bias, preluActivationWeights: slopes, activation: 'prelu'}),
      // On wasm the tape saves copies that tfjs's Identity makes, and that reads integers which came from cpu as floats.
      ...(backend === 'wasm' ? {} : byTape()),
    });
    device?.pushErrorScope('validation');
    const outputs = compute();
    for (const [output, tensor] of Object.entries(outputs)) {
      const got = await tensor.data();
      const [n, c, h, w] = tensor.shape as [number, number, number, number];
      const whole = want[output.split(' ')[0] as keyof typeof want];
      const wanted = nchw && !/^d[FB]/.test(output) ? toNCHW(whole, [n, h, w, c]) : whole;
      const first = wanted.findIndex((value, i) => value !== got[i]);
      if (first >= 0 || got.length !== wanted.length) {
        wrong.push(`${name}: ${output}[${first}] is ${got[first]}, not ${wanted[first]}`);
      }
    }
    const complaint = (await device?.popErrorScope())?.message;
    if (complaint !== undefined) complaints.push(`${name}: ${complaint}`);
    // The first run may have fetched the tensors from another backend.
    const held = () => [tf.memory().numTensors, tf.backend().numDataIds()];
    const before = held();
    tf.dispose(compute());
    const after = held();
    if (String(after) !== String(before)) leaks.push(`${name}: ${before} became ${after}`);
    tf.dispose(outputs);
    tf.dispose(given);
  }
  const served = [...new Set(installation.report().calls.map((row) => row.algorithm))];
  uninstall();
  return {wrong, complaints, leaks, served, count: all.length};
}
