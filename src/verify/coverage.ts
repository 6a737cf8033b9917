import {passes as allPasses} from '../geometry/pass.js';
import {builtinNames, kinds} from '../plugin/kernels.js';
import {repairedKernels} from '../plugin/maxPoolGrad.js';
import {hitsOf} from '../plugin/select.js';
import {replacedGradients, replacedOn} from '../plugin/session.js';
import {defaultTf as tf} from '../plugin/tfjs.js';
import {fusedParts} from './fusedParts.js';
import {partsOfKernel} from './kernelParts.js';
import type {ReportedOptions} from './options.js';
import {gradientPart, runsOn} from './watch.js';

/** How often a run reached one part of a backend's arithmetic. */
export interface PartHits {
  backend: string;
  /** A pass of an implementation, or a stretch of its arithmetic: a tile, a tail, a phase, a shader variant. */
  part: string;
  hits: number;
}

/** What a run reached of the code that it verifies. */
export interface Coverage {
  parts: PartHits[];
  /** Whether the run was to reach every part: nothing was left out of it. Then a part without hits makes the report a bad one. */
  whole: boolean;
}

export const noCoverage: Coverage = {parts: [], whole: false};

/** Starts counting on a backend. @returns to be called in the end, with what was hit since */
export function startCoverage(backend: string, oracles: ReportedOptions['oracles']): () => PartHits[] {
  const before = allHitsOf(backend, oracles);
  return () =>
    [...allHitsOf(backend, oracles)].map(([part, hits]) => ({backend, part, hits: hits - (before.get(part) ?? 0)}));
}

/** What the implementations have run, and the kernels and gradients of tfjs that lead to them. */
function allHitsOf(backend: string, oracles: ReportedOptions['oracles']): Map<string, number> {
  const registered = registeredParts(backend, oracles).map((part): [string, number] => [
    part,
    runsOn(backend).get(part) ?? 0,
  ]);
  return new Map([...hitsOf(backend), ...registered]);
}

/** Everything that `install()` registers for a backend, as far as these oracles are to reach it, and what algorithms take along of it. */
function registeredParts(backend: string, oracles: ReportedOptions['oracles']): string[] {
  const others = oracles.includes('maxPool') ? [] : Object.keys(repairedKernels[backend] ?? {});
  const kernels = replacedOn(backend).filter((name) => tf.getKernel(name, backend) && !others.includes(name));
  // Only second derivatives go through the gradients of the backward kernels.
  const gradients = oracles.includes('secondOrder')
    ? replacedGradients
    : kinds.map((kind) => builtinNames[kind].forward);
  return [...kernels.flatMap(partsOfKernel), ...gradients.map(gradientPart), ...fusedParts(backend)];
}

/** Whether a run leaves nothing out: it has the edge cases and the named layers, and those reach every part. */
export function isWhole({subject, sabotage, algorithms, problems, passes, oracles, fills}: ReportedOptions): boolean {
  const everything = algorithms.length === 0 && problems.length === 0 && passes.length === allPasses.length;
  // Only who asks for the same twice meets what is kept.
  const repeats = oracles.includes('determinism') && fills.includes('reals');
  return everything && repeats && subject === undefined && sabotage === undefined;
}

/** The parts that a run was to reach and did not. */
export function missedParts({parts, whole}: Coverage): PartHits[] {
  return whole ? parts.filter(({hits}) => hits === 0) : [];
}
