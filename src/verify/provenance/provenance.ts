import * as tf from '@tensorflow/tfjs-core';
import {backendNamed, backends} from '../../backends/index.js';
import {ConvgradError} from '../../geometry/error.js';
import {formatProblem, type Problem} from '../../geometry/problem.js';
import {randomFrom} from '../../geometry/random.js';

import {type Inputs, tensorShapes} from '../reference/reference.js';
import {type ProvenanceName, provenanceNames} from './names.js';

/** Where x, filter and dy come from. */
export type Provenance = Readonly<Record<keyof Inputs, ProvenanceName>>;

const tensors: readonly (keyof Inputs)[] = ['x', 'filter', 'dy'];

/** The same provenance for all three tensors. */
export function uniformProvenance(name: ProvenanceName): Provenance {
  return {x: name, filter: name, dy: name};
}

/** One name where all three tensors have it, otherwise the names of x, filter and dy: `int32,uploaded,sliced`. */
export function formatProvenance(provenance: Provenance): string {
  const names = tensors.map((tensor) => provenance[tensor]);
  return new Set(names).size === 1 ? names[0] : names.join();
}

/** Parses one name, or three with commas. @throws ConvgradError on anything else */
export function parseProvenance(text: string): Provenance {
  const names = text.split(',').map((name) => name.trim()) as ProvenanceName[];
  const unknown = names.find((name) => !provenanceNames.includes(name));
  if (unknown !== undefined) {
    throw new ConvgradError('verify', `unknown provenance '${unknown}'; use ${provenanceNames.join(', ')}.`);
  }
  if (names.length !== 1 && names.length !== 3) {
    throw new ConvgradError('verify', `'${text}' has ${names.length} provenances; give one, or those of x,filter,dy.`);
  }
  const [x, filter = x, dy = x] = names;
  return {x, filter, dy};
}

/** The provenances that tensors of a backend can have. */
export function provenancesOf(backend: string): ProvenanceName[] {
  return provenanceNames.filter((name) => {
    if (isOwn(name)) return backendNamed(backend)?.provenances?.includes(name) === true;
    if (name === 'realPart') return hasKernels(backend, 'Complex', 'Real');
    return name === 'imaginaryPart' ? hasKernels(backend, 'Complex', 'Imag') : true;
  });
}

/** Whether only tensors of some backends can have the provenance. */
function isOwn(name: ProvenanceName): boolean {
  return backends().some(({provenances}) => provenances?.includes(name));
}

function hasKernels(backend: string, ...names: string[]): boolean {
  return names.every((name) => tf.getKernel(name, backend) !== undefined);
}

/** Draws where the tensors come from. The arguments alone decide, so one problem replays by itself. */
export function drawProvenance(problem: Problem, fill: string, seed: number, backend: string): Provenance {
  const next = randomFrom(`${seed}/${formatProblem(problem)}/${fill}/provenance`);
  const all = provenancesOf(backend);
  const draw = () => all[next() % all.length];
  return {x: draw(), filter: draw(), dy: draw()};
}

/** The provenance closest to the requested one that the problem's tensors can have on the backend. */
export function realizable(asked: Provenance, problem: Problem, backend: string): Provenance {
  const shapes = tensorShapes(problem);
  const all = provenancesOf(backend);
  const size = (tensor: keyof Inputs) => shapes[tensor].reduce((product, length) => product * length);
  const of = (tensor: keyof Inputs): ProvenanceName => {
    const name = asked[tensor];
    // Many kernels of tfjs do not support tensors without elements.
    if (size(tensor) === 0 || !all.includes(name)) return 'uploaded';
    if (name === 'shared' && tensor === 'x') return 'uploaded';
    if (name === 'shared' && size(tensor) !== size('x')) return 'reshaped';
    return name === 'pixels' && size(tensor) > mostPixels ? 'uploaded' : name;
  };
  return {x: of('x'), filter: of('filter'), dy: of('dy')};
}

/** The most elements of a tensor from pixels. Its image is one row, and the width of textures is limited. */
const mostPixels = 4096;
