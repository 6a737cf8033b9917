import {randomFrom} from '../../geometry/random.js';

/** The levels that each factor of a problem may have. */
export type Factors = Readonly<Record<string, readonly unknown[]>>;
/** One level of each factor. */
export type ArrayRow<F extends Factors> = {[factor in keyof F]: F[factor][number]};
/** Groups of factors in which levels of one class count as the same. */
export interface Coarse<F extends Factors> {
  groups: readonly (readonly (keyof F & string)[])[];
  classes: {readonly [factor in keyof F]?: (level: F[factor][number]) => unknown};
}

/** How many rows are tried for each row that is kept. */
const candidates = 3;
/** How many rows are tried at most where no greedy row is allowed; those after the greedy ones are drawn blindly. */
const blind = 12;

/**
 * Finds rows in which every pair of levels of two factors stands together at least once, as far as `allows` permits. So does every
 * combination of levels of the factors in each of `groups`, and every combination of classes in each group that is `coarse`. The same
 * arguments give the same rows. Earlier rows tend to hold more new combinations.
 *
 * The search is greedy (Cohen et al., "The AETG system", 1997). Each row begins with a combination that is still missing. Then it takes,
 * for one factor after another, the level that adds the most missing combinations and that the row can still take. A factor without a level
 * yet counts as its first level, which should be the most modest.
 *
 * @param allows whether a row makes sense as a whole
 */
export function coveringArray<F extends Factors>(
  factors: F,
  groups: readonly (readonly (keyof F & string)[])[],
  allows: (row: ArrayRow<F>) => boolean,
  {groups: coarseGroups, classes}: Coarse<F> = {groups: [], classes: {}},
): ArrayRow<F>[] {
  const names: (keyof F & string)[] = Object.keys(factors);
  const sizes = names.map((name) => factors[name].length);
  const next = randomFrom(names.join());
  const ofLevels = (members: number[]) => tuple(members, (factor) => numbered(factors[names[factor]]));
  const ofClasses = (members: number[]) =>
    tuple(members, (factor) => {
      const classOf = classes[names[factor]];
      return numbered(classOf ? factors[names[factor]].map(classOf) : factors[names[factor]]);
    });
  const places = (group: readonly (keyof F & string)[]) => group.map((name) => names.indexOf(name));
  const pairs = names.flatMap((_, i) => names.slice(i + 1).map((_, j) => [i, i + 1 + j]));
  const tuples = [
    ...[...pairs, ...groups.map(places)].map(ofLevels),
    ...coarseGroups.map((group) => ofClasses(places(group))),
  ];
  const tuplesOf = names.map((_, factor) => tuples.filter(({members}) => members.includes(factor)));
  const rowOf = (levels: readonly number[]) =>
    Object.fromEntries(names.map((name, factor) => [name, factors[name][Math.max(0, levels[factor])]])) as ArrayRow<F>;

  const drawn = (levels: number[]) => levels.map((level, factor) => (level === unset ? next() % sizes[factor] : level));
  const completed = (levels: number[]): number[] => {
    const left = levels.flatMap((level, factor) => (level === unset ? [{factor, at: next()}] : []));
    for (const {factor} of left.sort((a, b) => a.at - b.at)) {
      const among = tuplesOf[factor].filter(({members}) =>
        members.every((other) => other === factor || levels[other] !== unset),
      );
      const newsOf = (level: number) => {
        levels[factor] = level;
        let news = 0;
        for (const one of among) news += one.missing[indexIn(one, levels)];
        return news;
      };
      const start = next();
      const order = Array.from({length: sizes[factor]}, (_, i) => (start + i) % sizes[factor])
        .map((level) => ({level, news: newsOf(level)}))
        .sort((a, b) => b.news - a.news);
      const fits = order.find(({level}) => {
        levels[factor] = level;
        return allows(rowOf(levels));
      });
      levels[factor] = (fits ?? order[0]).level;
    }
    return levels;
  };

  const rows: ArrayRow<F>[] = [];
  const all = tuples.flatMap((one) => Array.from(one.missing, (_, index) => ({one, index, at: next()})));
  for (const {one, index} of all.sort((a, b) => a.at - b.at)) {
    if (!one.missing[index]) continue;
    let best: {levels: number[]; news: number} | undefined;
    for (let tried = 0; tried < candidates || (!best && tried < blind); tried++) {
      const begun = levelsAt(one, index, sizes.length, next);
      const levels = tried < candidates ? completed(begun) : drawn(begun);
      if (!allows(rowOf(levels))) continue;
      const news = tuples.reduce((sum, other) => sum + other.missing[indexIn(other, levels)], 0);
      if (!best || news > best.news) best = {levels, news};
    }
    one.missing[index] = 0; // without a row, the combination counts as impossible
    if (!best) continue;
    for (const other of tuples) other.missing[indexIn(other, best.levels)] = 0;
    rows.push(rowOf(best.levels));
  }
  return rows;
}

const unset = -1;

/** Some factors. Each combination of classes of their levels has an index. */
interface Tuple {
  members: readonly number[];
  /** For each member, what each of its levels adds to the index. */
  parts: readonly (readonly number[])[];
  /** 1 at the index of each combination that stands in no row yet. */
  missing: Uint8Array;
}

/** Numbers the classes from 0 on. Equal classes get the same number. */
function numbered(classes: readonly unknown[]): number[] {
  const distinct = [...new Set(classes)];
  return classes.map((one) => distinct.indexOf(one));
}

function tuple(members: readonly number[], classesOfFactor: (factor: number) => number[]): Tuple {
  let size = 1;
  const parts = members.map((factor) => {
    const classes = classesOfFactor(factor);
    const parts = classes.map((one) => one * size);
    size *= Math.max(...classes) + 1;
    return parts;
  });
  return {members, parts, missing: new Uint8Array(size).fill(1)};
}

function indexIn({members, parts}: Tuple, levels: readonly number[]): number {
  let index = 0;
  for (let i = 0; i < members.length; i++) index += parts[i][levels[members[i]]];
  return index;
}

/** Levels of the combination at an index, drawn from their classes. The other factors stay unset. */
function levelsAt({members, parts}: Tuple, index: number, factors: number, next: () => number): number[] {
  const levels = new Array<number>(factors).fill(unset);
  let left = index;
  for (let i = members.length - 1; i >= 0; i--) {
    const part = Math.max(...parts[i].filter((one) => one <= left));
    const alike = parts[i].flatMap((one, level) => (one === part ? [level] : []));
    levels[members[i]] = alike[next() % alike.length];
    left -= part;
  }
  return levels;
}
