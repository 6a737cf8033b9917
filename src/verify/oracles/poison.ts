import {findAlgorithm} from '../../algorithms/index.js';
import {backendNamed, isServed} from '../../backends/index.js';
import {equipmentOf, loadEquipment} from '../../backends/loadEquipment.js';
import {arrayBytes, type Engine} from '../../engine/engine.js';
import {engine} from '../../engine/index.js';
import {hasZeroSize, type Pass, passes, passTensors, sizeOf} from '../../geometry/pass.js';
import {problemInfo} from '../../geometry/problem.js';
import type {Verdict} from '../reference/compare.js';
import type {Inputs} from '../reference/reference.js';
import type {ImplementationUnderTest} from '../run/implementationUnderTest.js';
import {firstDifference} from './firstDifference.js';
import type {Oracle} from './oracle.js';

/**
 * Content of memory that belongs to no input must reach no output. An algorithm of the host gets an output full of NaN, and must leave
 * none; all memory of the engine is full of NaN too. Where tensors have memory past their elements, as textures of an odd size do, those of the inputs hold NaN there, where other
 * operations leave anything, and the result must hold zeros. Where the memory of results can be filled beforehand, it holds NaN. Imported
 * kernels are judged there alone.
 */
export const poisonOracle: Oracle = {
  name: 'poison',
  passes,
  fills: ['reals'],
  appliesTo: () => true,
  oneInOnGpu: 4,
  oneInLarge: 4,
  judges(problem, _pass, _fill, {backend, imported, compute}) {
    if (compute || !isServed(backend) || (imported && !equipmentOf(backend).poisonsBehind))
      return 'the output is allocated where it cannot be filled beforehand';
    return !hasZeroSize(problemInfo(problem)) || 'with a size of 0 no algorithm runs';
  },
  async judge(implementation, pass) {
    const {backend, imported} = implementation.target;
    if (backendNamed(backend)?.engine && !imported) return judgeOutput(implementation, pass);
    const {unusedLanes, poisonResults} = await loadEquipment(backend);
    if (unusedLanes) return judgeLanes(implementation, pass);
    if (poisonResults) return judgeBuffers(implementation, pass);
    return {status: 'skipped', reason: `nobody can poison memory of ${backend}`};
  },
};

async function judgeOutput(implementation: ImplementationUnderTest, pass: Pass): Promise<Verdict> {
  await implementation.result(pass); // proves that the target runs this algorithm
  const info = problemInfo(implementation.testVector.problem);
  const {inputs, output} = passTensors[pass];
  const names = inputs as readonly (keyof Inputs)[];
  const computed = (zero?: keyof Inputs) => {
    const [a, b] = names.map((name) =>
      name === zero
        ? new Float32Array(implementation.testVector.inputs[name].length)
        : implementation.testVector.inputs[name].slice(),
    );
    const result = new Float32Array(sizeOf(info, output)).fill(Number.NaN);
    findAlgorithm(implementation.target.algorithm)?.[pass]?.(info, a, b, result, poisonedEngine(engine()));
    return result;
  };
  // Who leaves out what is all zero leaves the output as it was.
  for (const zero of [undefined, ...names]) {
    const index = computed(zero).findIndex(Number.isNaN);
    if (index < 0) continue;
    const where = zero ? ` where ${zero} is all zero` : '';
    return {
      status: 'failed',
      reason: `element ${index} of ${output} is not overwritten${where}: it is NaN as before the run`,
    };
  }
  return {status: 'passed'};
}

/**
 * The same engine, whose arenas are full of NaN. An engine with a memory of its own hands out the same bytes again, so they are filled
 * beforehand, and with them those that packed matrices take.
 */
export function poisonedEngine(engine: Engine): Engine {
  const {memory} = engine;
  return {
    ...engine,
    memory: {
      ...memory,
      withArena(bytes, fn) {
        memory.withArena(bytes, (arena) => arena.floats(Math.max(0, bytes - arrayBytes) >> 2).fill(Number.NaN));
        return memory.withArena(bytes, (arena) =>
          fn({...arena, floats: (length) => arena.floats(length).fill(Number.NaN)}),
        );
      },
    },
  };
}

async function judgeLanes(implementation: ImplementationUnderTest, pass: Pass): Promise<Verdict> {
  const clean = (await implementation.result(pass)).got.values;
  const {got, unusedLanes: lanes} = await implementation.run(pass, {}, {poison: true});
  const index = firstDifference(clean, got.values);
  if (index >= 0) {
    const reason = `element ${index} is ${clean[index]}, and ${got.values[index]} with NaN in the unused lanes of the inputs' textures`;
    return {status: 'failed', reason};
  }
  // Unused lanes must be zero, since tfjs's packed matMul multiplies them. But tfjs itself writes a result that is transposed to NCHW, and
  // may write one after an epilogue.
  const {dataFormat, epilogue} = implementation.testVector.problem;
  const isOurs = pass === 'backpropFilter' || (dataFormat === 'NHWC' && !(epilogue && pass === 'forward'));
  if (!isOurs || lanes?.every((value) => value === 0)) return {status: 'passed'};
  return {status: 'failed', reason: "unused lanes of the result's texture are not zero"};
}

async function judgeBuffers(implementation: ImplementationUnderTest, pass: Pass): Promise<Verdict> {
  const name = passTensors[pass].inputs[1] as keyof Inputs;
  const zeros = {[name]: new Float32Array(implementation.testVector.inputs[name].length)};
  // Who leaves out what is all zero leaves the output as it was.
  for (const {changed, where} of [
    {changed: undefined, where: ''},
    {changed: zeros, where: ` and ${name} is all zero`},
  ]) {
    const clean = (await (changed ? implementation.run(pass, changed) : implementation.result(pass))).got.values;
    const {got} = await implementation.run(pass, changed ?? {}, {poison: true});
    const index = firstDifference(clean, got.values);
    if (index < 0) continue;
    const reason = `element ${index} is ${clean[index]}, and ${got.values[index]} where the buffers of results hold NaN before${where}`;
    return {status: 'failed', reason};
  }
  return {status: 'passed'};
}
