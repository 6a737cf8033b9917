import {gradientTitle, kernelTitle, type Registrations} from './registrations.js';

/** An error that a user's kernel or gradient threw. */
export class ImportedError extends Error {
  constructor(title: string, cause: unknown) {
    super(
      `the imported ${title.replace(/^the /, '')} threw: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        cause,
      },
    );
  }
}

/** How often each registration of a module was called, by title. */
export type CallCounts = Map<string, number>;

/** The same registrations with functions that count their calls by title. If one throws, the error names it. */
export function countingRegistrations({kernels, gradients}: Registrations, calls: CallCounts): Registrations {
  const named = <A extends unknown[], R>(title: string, func: (...args: A) => R) => {
    return (...args: A): R => {
      calls.set(title, (calls.get(title) ?? 0) + 1);
      return blaming(title, () => func(...args));
    };
  };
  for (const {key} of kernels) calls.set(kernelTitle(key), 0);
  for (const {key} of gradients) calls.set(gradientTitle(key), 0);
  return {
    kernels: kernels.map((one) => ({
      ...one,
      config: {...one.config, kernelFunc: named(kernelTitle(one.key), one.config.kernelFunc)},
    })),
    gradients: gradients.map((one) => {
      const title = gradientTitle(one.key);
      const gradFunc = named(title, one.config.gradFunc);
      // The gradient returns a function for each input. The tape calls those whose gradients it wants.
      const lazy: typeof gradFunc = (...args) =>
        Object.fromEntries(
          Object.entries(gradFunc(...args) ?? {}).map(([name, make]) => [name, () => blaming(title, make)]),
        );
      return {...one, config: {...one.config, gradFunc: lazy}};
    }),
  };
}

function blaming<T>(title: string, fn: () => T): T {
  try {
    return fn();
  } catch (error) {
    throw error instanceof ImportedError ? error : new ImportedError(title, error);
  }
}
