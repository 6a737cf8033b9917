/** Where problems that failed once are kept, from the user's folder. */
export const regressionsFile = '.convgrad/regressions.json';
