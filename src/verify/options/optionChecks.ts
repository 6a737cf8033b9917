import {didYouMean} from '../../geometry/didYouMean.js';
import {ConvgradError} from '../../geometry/error.js';

/** Checks of options. Their errors name the function that got the options. */
export interface OptionChecks {
  fail(problem: string): never;
  seed(seed: number): void;
  timeBudget(seconds: number | undefined): void;
  /** Fails unless every chosen name is known. */
  choose(what: string, chosen: readonly string[], known: readonly string[]): void;
}

export function optionChecks(functionName: string): OptionChecks {
  const fail = (problem: string): never => {
    throw new ConvgradError(functionName, problem);
  };
  return {
    fail,
    seed(seed) {
      if (!(Number.isSafeInteger(seed) && seed >= 0)) fail(`seed must be a whole number ≥ 0; got ${seed}.`);
    },
    timeBudget(seconds) {
      if (seconds !== undefined && !(Number.isFinite(seconds) && seconds > 0)) {
        fail(`timeBudget must be a number of seconds above 0; got ${seconds}.`);
      }
    },
    choose(what, chosen, known) {
      const unknown = chosen.find((name) => !known.includes(name));
      if (unknown !== undefined)
        fail(`unknown ${what} '${unknown}'${didYouMean(unknown, known)}; use ${known.join(', ')}.`);
    },
  };
}
