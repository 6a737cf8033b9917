/**
 * Milliseconds that each part of a diagnosis may take, since a GPU compiles a program for every new shape. `run` is for all diagnoses of a
 * run: after it, no further diagnosis begins. `reruns`: after it, nothing more is run again in new processes.
 */
export const timeLimits = {shrink: 2500, explain: 10_000, termMap: 4000, oneHot: 1000, run: 20_000, reruns: 120_000};
