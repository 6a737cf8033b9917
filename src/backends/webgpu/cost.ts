import type {Conv2DInfo} from '../../geometry/conv2dInfo.js';
import {flopsOf, type Pass, passTensors, shapeOf, sizeOf} from '../../geometry/pass.js';
import {type GpuCost, type Launch, predictedMilliseconds} from '../gpu/work.js';
import type {Implementation} from '../implementation.js';
import {adapterInUse, settingOf} from './device.js';
import type {PassSteps} from './passSteps.js';
import {ratesOf} from './rates.js';
import type {Step} from './step.js';

/** The number of products in a step that multiplies. */
export type ProductCount = (info: Conv2DInfo, pass: Pass, step: Step) => number;

/** The products of the definition. */
const ofDefinition: ProductCount = (info) => flopsOf(info) / 2;

/**
 * Cost and predicted time of a pass, from the steps of its plan.
 * @param products in a step; by default those of the definition
 */
export function costFrom(plan: PassSteps, products = ofDefinition): Required<Pick<Implementation, 'cost' | 'predict'>> {
  const cost = (info: Conv2DInfo, pass: Pass): GpuCost => {
    const [a, b] = passTensors[pass].inputs.map((name) => ({
      ...{dataId: {}, shape: shapeOf(info, name), dtype: 'float32' as const},
    }));
    const steps = plan(info, pass, a, b, settingOf(adapterInUse()));
    const sizeRead = (read: Step['reads'][number]) =>
      typeof read === 'number' ? steps[read].size : read.shape.reduce((size, side) => size * side, 1);
    const launches = steps.map((step) => launchOf(step, step.reads.map(sizeRead), products(info, pass, step)));
    const total = (of: (step: Step) => number) => steps.reduce((sum, step) => sum + of(step), 0);
    return {
      flops: 2 * total((step) => (step.shader.term ? products(info, pass, step) : 0)),
      bytes: 4 * total(({reads, size}) => size + reads.reduce<number>((sum, read) => sum + sizeRead(read), 0)),
      workspaceBytes: 4 * (total(({size}) => size) - sizeOf(info, passTensors[pass].output)),
      launches,
    };
  };
  const predict = (info: Conv2DInfo, pass: Pass) =>
    predictedMilliseconds(ratesOf(adapterInUse()), cost(info, pass).launches);
  return {cost, predict};
}

function launchOf({shader, threads, size}: Step, read: readonly number[], products: number): Launch {
  const {inputs, components = [], code, term} = shader;
  const width = (i: number) => components[i] ?? 1;
  const amounts: Partial<Record<keyof Launch, number>> = {threads};
  const add = (kind: 'loads' | 'stores', i: number, count: number) => {
    const named = width(i) === 1 ? kind : (`wide${kind === 'loads' ? 'Loads' : 'Stores'}` as const);
    amounts[named] = (amounts[named] ?? 0) + count;
  };
  // Threads at the borders also compute elements that are not stored, so the threads count and not the elements.
  const terms = term && (threads * products) / size;
  if (term && terms) amounts.products = terms * term.sums;
  for (const [i, name] of inputs.entries()) {
    add('loads', i, terms ? terms * term.loads[i] : Math.max(read[i] / width(i), threads * loadsAtOnce(code, name)));
  }
  add('stores', inputs.length, size / width(inputs.length));
  return amounts;
}

/** How often a shader without sums reads an input before its first loop. An element that several threads read counts once for each. */
function loadsAtOnce(code: string, input: string): number {
  return code.slice(0, code.search(/\bfor \(/)).split(`${input}[`).length - 1;
}
