import type {Dwconv} from './engine.js';
import type {KernelCoverage} from './kernelCoverage.js';

/** The kernel's tiles and blocks; see assembly/dwconv.mjs. */
const tileRows = 3;
const tileLanes = 8;
const blockTerms = 128;

/**
 * The arguments of the kernel calls that together compute all lanes. If there are fewer rows than terms, each call computes the
 * lanes of one tile. What a block of terms touches in these lanes then stays in the cache.
 */
export function dwconvArgs(work: Dwconv, coverage: KernelCoverage | undefined): number[][] {
  const {source, rows, terms, filter, out, lanes, accumulate} = work;
  coverage?.add('dwconv', {
    'two vectors': lanes >= tileLanes,
    'one vector': lanes % tileLanes >= 4,
    'cut vectors': lanes % 4 > 0,
    'cut rows': (rows.length / 2) % tileRows > 0,
    'a second block of terms': terms.length / 2 > blockTerms,
    accumulating: accumulate,
  });
  const step = rows.length < terms.length ? tileLanes : lanes;
  const calls: number[][] = [];
  for (let lane = 0; lane < lanes; lane += step) {
    const [from, by, to] = [source, filter, out].map(({byteOffset}) => byteOffset + 4 * lane);
    const table = [rows.byteOffset, terms.byteOffset, terms.length / 2];
    calls.push([from, ...table, by, to, Math.min(step, lanes - lane), Number(accumulate)]);
  }
  return calls;
}
