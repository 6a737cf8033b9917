/** Says how often each thing in a row counts. */
export interface CountPattern {
  /** Completes a cause. */
  says(one: string, many: string): string;
  countOf(index: number, size: number): number;
  /** The pattern shows in rows longer than this. */
  unit: number;
  isRare?: boolean;
}

const only = (what: string, counts: (index: number, size: number) => boolean): CountPattern => ({
  unit: 1,
  says: (one) => what.replace('%', one),
  countOf: (index, size) => (counts(index, size) ? 1 : 0),
});
const twice = (what: string, isTwice: (index: number, size: number) => boolean, unit = 1): CountPattern => ({
  unit,
  says: (one, many) => what.replace('%s', many).replace('%', one),
  countOf: (index, size) => (isTwice(index, size) ? 2 : 1),
});

const whole = (size: number, unit: number) => size - (size % unit);

/** Patterns that drop the tail. Some of them leave rows shorter than one unit alone. */
const tails = [2, 3, 4, 5, 8, 16, 32, 64].flatMap((unit) =>
  [true, false].map(
    (leavesSmall): CountPattern => ({
      unit,
      says: (_, many) => `the tail of the ${many} past a multiple of ${unit} left out`,
      countOf: (index, size) => (index < whole(size, unit) || (leavesSmall && size < unit) ? 1 : 0),
    }),
  ),
);

const firsts = [1, 2, 3, 4, 8, 16].map(
  (unit): CountPattern => ({
    unit,
    says: (one, many) => (unit === 1 ? `only the first ${one} counted` : `only the first ${unit} ${many} counted`),
    countOf: (index) => (index < unit ? 1 : 0),
  }),
);

const overlaps = [2, 3, 4, 5, 6, 7, 8, 16].flatMap((unit): CountPattern[] => [
  twice(`the first % of each tile of ${unit} but the first counted twice`, (i) => i > 0 && i % unit === 0, unit),
  twice(`the last % of each tile of ${unit} counted twice`, (i) => i % unit === unit - 1, unit),
  twice(
    `the last % of each tile of ${unit} but the last counted twice`,
    (i, size) => i % unit === unit - 1 && i < size - 1,
    unit,
  ),
  twice(
    `the last tile of ${unit} %s moved back over the one before, so that some count twice`,
    (i, size) => size > unit && i >= size - unit && i < whole(size, unit),
    unit,
  ),
]);

const seconds = [
  only('every second % left out, the first one kept', (i) => i % 2 === 0),
  only('every second % left out, the first one too', (i) => i % 2 === 1),
];

const rare = (patterns: readonly CountPattern[]) => patterns.map((pattern) => ({...pattern, isRare: true}));
const unlessUsual = (pattern: CountPattern) => ({...pattern, isRare: ![1, 2, 4, 8].includes(pattern.unit)});

/** The patterns that mistakes about the ends of loops produce. */
export const countPatterns: readonly CountPattern[] = [
  only('the first % left out', (i) => i > 0),
  only('the last % left out', (i, size) => i < size - 1),
  only('only the last % counted', (i, size) => i === size - 1),
  ...firsts.map(unlessUsual),
  ...tails.map(unlessUsual),
  ...rare([...overlaps, ...seconds]),
  twice('the first % counted twice', (i) => i === 0),
  twice('the last % counted twice', (i, size) => i === size - 1),
];
