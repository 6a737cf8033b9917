import {fills} from '../data/fill.js';
import {provenanceNames} from '../provenance/names.js';
import {uniformProvenance} from '../provenance/provenance.js';
import {type Case, named} from './case.js';

/**
 * Tensors of every provenance, in problems that every algorithm of their kind does, so that each pass of each algorithm meets each
 * provenance. x, filter and dy have the same size, so that they can share their data.
 */
export function provenanceCases(): Case[] {
  const problems = ['ih3iw9ic3oc3kh3kw3-same', 'ih3iw3ic5oc5kh3kw3-same-depthwise'];
  return problems.flatMap((problem, i) =>
    provenanceNames.map((name, j) => ({
      ...named(`tensors that are ${name}${i === 0 ? '' : ', depthwise'}`, problem),
      provenance: uniformProvenance(name),
      fillsOnGpu: [fills[(i + j) % 2]],
    })),
  );
}
