import type {Algorithm} from '../../src/algorithms/algorithm.js';
import {direct} from '../../src/algorithms/direct.js';
import {defineAlgorithm} from '../../src/algorithms/index.js';
import type {Implementation} from '../../src/backends/implementation.js';
import {program} from '../../src/backends/webgl/direct/program.js';
import {addImplementation, programImplementation} from '../../src/backends/webgl/index.js';
import {channelPackedImplementation} from '../../src/backends/webgl/layouts/channelPacked/index.js';
import {shadersOf as channelPackedShaders} from '../../src/backends/webgl/layouts/channelPacked/shaders.js';
import {channelPackedDirectImplementation} from '../../src/backends/webgl/layouts/channelPackedDirect/index.js';
import {shaderOf as channelPackedDirectShader} from '../../src/backends/webgl/layouts/channelPackedDirect/shaders.js';
import {packed2x2Implementation} from '../../src/backends/webgl/layouts/packed2x2/index.js';
import {shadersOf as packed2x2Shaders} from '../../src/backends/webgl/layouts/packed2x2/shaders.js';
import {directSteps} from '../../src/backends/webgpu/direct/index.js';
import {withEpilogue} from '../../src/backends/webgpu/epilogue.js';
import {addImplementation as addOnWebgpu} from '../../src/backends/webgpu/index.js';
import {stepsImplementation} from '../../src/backends/webgpu/passSteps.js';
import type {Conv2DInfo, Kind} from '../../src/geometry/conv2dInfo.js';
import {ConvgradError} from '../../src/geometry/error.js';
import type {Pass} from '../../src/geometry/pass.js';
import {parseProblem, problemInfo} from '../../src/geometry/problem.js';
import {injectFault} from '../../src/verify/run/faultInjection.js';
import {type BiasMutant, biasMutants, breakBias} from './biasMutants.js';
import {channelPackedDirectMutants} from './channelPackedDirectMutants.js';
import {channelPackedMutants} from './channelPackedMutants.js';
import {depthwiseMutants} from './depthwiseMutants.js';
import {depthwiseShaderMutants} from './depthwiseShaderMutants.js';
import {either, isThere} from './edits.js';
import {type FaultMutant, faultMutants} from './epilogueFaults.js';
import {type EpilogueMutant, epilogueMutants} from './epilogueMutants.js';
import {epilogueShaderMutants, type FinishMutant, finishMutants} from './epilogueShaderMutants.js';
import {geometryMutants} from './geometryMutants.js';
import {define, type Mutant} from './mutant.js';
import {operandMutants} from './operandMutants.js';
import {packed2x2Mutants} from './packed2x2Mutants.js';
import {resultMutants} from './resultMutants.js';
import type {
  ChannelPackedDirectMutant,
  ChannelPackedMutant,
  OfShaders,
  Packed2x2Mutant,
  ShaderMutant,
  TextsMistake,
} from './shaderMutant.js';
import {shaderMutants} from './shaderMutants.js';
import {sideEffectFaults} from './sideEffectFaults.js';
import {sizeMutants} from './sizeMutants.js';
import {stateMutants} from './stateMutants.js';
import {applies, brokenPlan, planned, type StepsMutant} from './stepsMutant.js';
import {stepsMutants} from './stepsMutants.js';

export type {Mutant} from './mutant.js';

/** A mistake of any kind: in an algorithm of the host, in a shader, in the epilogue, or in dBias. */
export type AnyMutant =
  | Mutant
  | ShaderMutant
  | ChannelPackedMutant
  | Packed2x2Mutant
  | ChannelPackedDirectMutant
  | StepsMutant
  | EpilogueMutant
  | FinishMutant
  | FaultMutant
  | BiasMutant;

/** The broken algorithms. `verify` must reject every one of them. */
export const mutants: readonly Mutant[] = [
  ...geometryMutants,
  ...operandMutants,
  ...resultMutants,
  ...stateMutants,
  ...depthwiseMutants,
  ...sizeMutants,
];

/** The backends that mutants run on. Mistakes that lie in no algorithm run on all of them. */
export const mutantBackends: readonly string[] = ['cpu', 'webgl', 'webgpu'];

/** The catalogue, grouped by the backends that a mutant runs on. */
const catalogue: readonly {backends: readonly string[]; mutants: readonly AnyMutant[]}[] = [
  {backends: ['cpu'], mutants: [...mutants, ...epilogueMutants, ...sideEffectFaults]},
  {
    backends: ['webgl'],
    mutants: [
      ...[
        ...shaderMutants,
        ...depthwiseShaderMutants,
        ...channelPackedMutants,
        ...packed2x2Mutants,
        ...channelPackedDirectMutants,
      ],
      ...epilogueShaderMutants,
    ],
  },
  {backends: ['webgpu'], mutants: [...stepsMutants, ...finishMutants]},
  {backends: mutantBackends, mutants: [...biasMutants, ...faultMutants]},
];

/** All mutants of a backend. */
export function mutantsOn(backend: string): AnyMutant[] {
  return catalogue.flatMap((group) => (group.backends.includes(backend) ? group.mutants : []));
}

/** @throws ConvgradError when there is no broken algorithm of that name */
export function findMutant(name: string): Mutant {
  return found(name, mutants);
}

/** The backends that the mutant runs on. @throws ConvgradError when there is no mutant of that name */
export function backendsOf(name: string): readonly string[] {
  const mutant = found(name, all());
  return mutantBackends.filter((backend) => mutantsOn(backend).includes(mutant));
}

function all(): AnyMutant[] {
  return catalogue.flatMap(({mutants}) => mutants);
}

function found<T extends AnyMutant>(name: string, among: readonly T[]): T {
  const found = among.find((mutant) => mutant.name === name);
  if (found) return found;
  throw new ConvgradError('--only', `unknown mutant '${name}'; use ${among.map((mutant) => mutant.name).join(', ')}.`);
}

/** The name of a mutant's algorithm. */
export function algorithmName({name}: Pick<AnyMutant, 'name'>): string {
  return `mutant-${name}`;
}

/** The passes that show what is wrong with a mutant. dBias belongs to the pass of dFilter. */
export function passesOf(mutant: AnyMutant): readonly Pass[] {
  return 'passes' in mutant ? mutant.passes : ['backpropFilter'];
}

/** Whether the mistake shows only on fused convolutions. */
export function isOfFused(mutant: AnyMutant): boolean {
  return (
    faultMutants.some((one) => one === mutant) ||
    'epilogue' in mutant ||
    ('isFused' in mutant && mutant.isFused === true)
  );
}

/** Adds a mutant to the algorithms of its backends. @returns the undo */
export function defineMutant(mutant: AnyMutant | string): () => void {
  const one = typeof mutant === 'string' ? found(mutant, all()) : mutant;
  if ('mistake' in one) return defineBroken(one);
  if ('shader' in one) return defineShader(one);
  if ('channelPacked' in one)
    return defineTexts(one, one.channelPacked, channelPackedShaders, channelPackedImplementation);
  if ('packed2x2' in one) return defineTexts(one, one.packed2x2, packed2x2Shaders, packed2x2Implementation);
  if ('channelPackedDirect' in one)
    return defineTexts(one, one.channelPackedDirect, channelPackedDirectShader, channelPackedDirectImplementation);
  if ('steps' in one) return defineSteps(one);
  if ('finish' in one) return defineFinish(one);
  if ('epilogue' in one) return defineEpilogue(one);
  if ('fault' in one) return defineFault(one);
  return defineBias(one);
}

function defineBroken({name, passes, wrong, mistake}: Mutant): () => void {
  const run = mistake(define);
  const functions = passes.map((pass): [Pass, NonNullable<Algorithm['forward']>] => [
    pass,
    (info, a, b, out) => run({pass, info, a, b, out}),
  ]);
  const {supports} = direct;
  return defineAlgorithm({name: algorithmName({name}), title: wrong, supports, ...Object.fromEntries(functions)});
}

/** Restricts an implementation to one kind of convolution. */
function ofKind(kind: Kind, broken: Implementation): Implementation {
  return {
    ...broken,
    supports: (info, pass) => (info.kind === kind ? broken.supports(info, pass) : `its mistake is in ${kind} shaders`),
  };
}

function defineShader({name, passes, kind = 'dense', shader}: ShaderMutant): () => void {
  // A text that cannot be replaced would end a run with an exception, which looks as if the mistake had been found.
  for (const pass of passes) shader(program)({...problemInfo(parseProblem('ih1iw1ic1oc1kh1kw1')), kind}, pass);
  return addImplementation(ofKind(kind, programImplementation(algorithmName({name}), shader(program), passes)));
}

/**
 * Defines a mutant of an algorithm that has several shaders in a pass. Different problems may use different shaders: the mutant refuses
 * problems whose shaders do not contain what it spoils.
 */
function defineTexts<T>(
  {name, passes, kind = 'dense', isFused}: OfShaders,
  mistake: TextsMistake<T>,
  textsOf: (info: Conv2DInfo, pass: Pass) => T,
  by: (algorithm: string, change: TextsMistake<T>, own: readonly Pass[]) => Implementation,
): () => void {
  // On a device that can write to more textures, the texts may differ from those that `supports` examines.
  const broken = by(
    algorithmName({name}),
    either(mistake, (texts) => texts),
    passes,
  );
  const supports: Implementation['supports'] = (info, pass) => {
    const answer = broken.supports(info, pass);
    return answer === true && !isFused ? isThere(() => mistake(textsOf(info, pass), pass)) : answer;
  };
  return addImplementation(ofKind(kind, {...broken, supports}));
}

function defineSteps(mutant: StepsMutant): () => void {
  const {passes, kind = 'dense'} = mutant;
  return addOnWebgpu(
    stepsImplementation(algorithmName(mutant), brokenPlan(mutant), {
      passes,
      supports: (info, pass) =>
        info.kind === kind ? applies(mutant, info, pass) : `its mistake is in ${kind} shaders`,
    }),
  );
}

function defineFinish(mutant: FinishMutant): () => void {
  const {of, passes, kind = 'dense', finish} = mutant;
  const {plan, implementation} = planned[of];
  const name = algorithmName(mutant);
  const wrong: typeof withEpilogue = (step, epilogue) => {
    const right = withEpilogue(step, epilogue);
    const code = finish(right.shader.code);
    if (code === right.shader.code) return right;
    const {counter: _, ...shader} = right.shader;
    return {...right, shader: {...shader, code, name: `${name} ${shader.name}`}};
  };
  const broken = stepsImplementation(name, plan, {passes, supports: implementation.supports}, wrong);
  return addOnWebgpu(ofKind(kind, broken));
}

/** Defines an algorithm that computes by the definition and makes the mistake in the epilogue. */
function defineEpilogue({name, wrong, epilogue}: EpilogueMutant): () => void {
  return defineAlgorithm({
    ...direct,
    ...{name: algorithmName({name}), title: wrong, fuses: true},
    forward(info, x, filter, y, engine, after) {
      direct.forward?.(info, x, filter, y, engine);
      if (!after) return;
      const {outChannels: channels} = info;
      y.set(y.map((sum, index) => epilogue(sum, after, {channel: index % channels, channels, index})));
    },
  });
}

function defineFault(mutant: FaultMutant): () => void {
  return afterAll(defineRight(mutant), injectFault(algorithmName(mutant), mutant.fault));
}

function defineBias(mutant: BiasMutant): () => void {
  return afterAll(defineRight(mutant), ...mutantBackends.map((backend) => breakBias(mutant, backend)));
}

/** Defines the definition on every backend, under the name of a mutant whose mistake lies elsewhere. */
function defineRight(mutant: AnyMutant): () => void {
  const name = algorithmName(mutant);
  return afterAll(
    defineAlgorithm({...direct, name, title: mutant.wrong}),
    addImplementation(programImplementation(name, program)),
    addOnWebgpu(stepsImplementation(name, directSteps)),
  );
}

function afterAll(...undos: readonly (() => void)[]): () => void {
  return () => {
    for (const undo of undos) undo();
  };
}
