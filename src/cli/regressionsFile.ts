/** Where the problems that failed in earlier runs are kept, relative to the user's folder. */
export const regressionsFile = '.convgrad/regressions.json';
