import {randomFrom} from '../random.js';

/** The levels that each factor of a problem may have. */
export type Factors = Readonly<Record<string, readonly unknown[]>>;
/** One level of each factor. */
export type Row<F extends Factors> = {[factor in keyof F]: F[factor][number]};

/** How many rows are tried for each row that is kept. */
const candidates = 10;
/** How many are drawn blindly where the greedy ones are not allowed. */
const blind = 200;

/**
 * Rows in which every pair of levels of two factors stands together at least once, as far as `allows` permits; and every combination of levels of the
 * factors in each of `groups`. The same arguments give the same rows.
 *
 * The search is greedy (Cohen et al., "The AETG system", 1997): each row begins with a combination that is still missing, and takes for one factor after
 * the other the level that adds the most missing ones.
 *
 * @param allows whether a row makes sense as a whole
 */
export function coveringArray<F extends Factors>(
  factors: F,
  groups: readonly (readonly (keyof F & string)[])[],
  allows: (row: Row<F>) => boolean,
): Row<F>[] {
  const names = Object.keys(factors);
  const sizes = names.map((name) => factors[name].length);
  const pairs = names.flatMap((_, i) => names.slice(i + 1).map((_, j) => [i, i + 1 + j]));
  const tuples = [...pairs, ...groups.map((group) => group.map((name) => names.indexOf(name)))].map(
    (members, index): Tuple => ({index, members}),
  );
  const tuplesOf = names.map((_, factor) => tuples.filter(({members}) => members.includes(factor)));
  const missing = new Map(tuples.flatMap((tuple) => combinations(tuple, sizes)));
  const next = randomFrom(names.join());

  const drawn = (fixed: ReadonlyMap<number, number>) => sizes.map((size, factor) => fixed.get(factor) ?? next() % size);
  const complete = (fixed: ReadonlyMap<number, number>): number[] => {
    const levels = names.map((_, factor) => fixed.get(factor) ?? unset);
    const left = levels.flatMap((level, factor) => (level === unset ? [{factor, at: next()}] : []));
    for (const {factor} of left.sort((a, b) => a.at - b.at)) {
      const among = tuplesOf[factor].filter(({members}) =>
        members.every((other) => other === factor || levels[other] !== unset),
      );
      const start = next();
      let [chosen, most] = [0, -1];
      for (let i = 0; i < sizes[factor]; i++) {
        const level = (start + i) % sizes[factor];
        levels[factor] = level;
        let news = 0;
        for (const tuple of among) if (missing.has(keyOf(tuple, levels))) news++;
        if (news > most) [chosen, most] = [level, news];
      }
      levels[factor] = chosen;
    }
    return levels;
  };
  const rowOf = (levels: readonly number[]) =>
    Object.fromEntries(names.map((name, factor) => [name, factors[name][levels[factor]]])) as Row<F>;

  const rows: Row<F>[] = [];
  for (const [first, fixed] of missing) {
    let best: {levels: number[]; news: number[]} | undefined;
    for (let tried = 0; tried < candidates || (!best && tried < blind); tried++) {
      const levels = tried < candidates ? complete(fixed) : drawn(fixed);
      if (!allows(rowOf(levels))) continue;
      const news = tuples.map((tuple) => keyOf(tuple, levels)).filter((key) => missing.has(key));
      if (!best || news.length > best.news.length) best = {levels, news};
    }
    for (const key of best?.news ?? [first]) missing.delete(key); // without a row it is not to be had
    if (best) rows.push(rowOf(best.levels));
  }
  return rows;
}

const unset = -1;

/** Some factors, of which each combination of levels has a number. */
interface Tuple {
  index: number;
  members: readonly number[];
}

function keyOf({index, members}: Tuple, levels: readonly number[]): number {
  let key = index;
  for (const factor of members) key = key * 32 + levels[factor]; // no factor has more levels
  return key * 8 + members.length;
}

function combinations(tuple: Tuple, sizes: readonly number[]): [key: number, levels: Map<number, number>][] {
  let found: Map<number, number>[] = [new Map()];
  for (const factor of tuple.members) {
    const levels = Array.from({length: sizes[factor]}, (_, level) => level);
    found = found.flatMap((sofar) => levels.map((level) => new Map([...sofar, [factor, level]])));
  }
  return found.map((levels) => [
    keyOf(
      tuple,
      sizes.map((_, factor) => levels.get(factor) ?? unset),
    ),
    levels,
  ]);
}
