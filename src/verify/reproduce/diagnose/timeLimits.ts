/**
 * Milliseconds that each part of a diagnosis may take, since a GPU compiles a program for every new shape, and those after which no further diagnosis of
 * a run begins; `reruns`: those after which nothing more is run again in new processes.
 */
export const timeLimits = {shrink: 2500, explain: 10_000, termMap: 4000, oneHot: 1000, run: 20_000, reruns: 120_000};
