import {callWords, controlWords, scratchAddress, scratchBytes, word} from './control.js';

/** How often a worker checks for work before it sleeps. This takes some 50 µs, about as long as waking it. */
const spins = 20_000;

/**
 * The program of a worker, as text, so that no file has to be found, not even under bundlers. A worker takes pieces of the
 * current job. It reads a piece only after taking it, when the job is complete. `start` gets {module, memory, names, index}.
 */
const start = `
const start = ({module, memory, names, index}) => {
  const {exports} = new WebAssembly.Instance(module, {env: {memory}});
  const kernels = names.map((name) => exports[name]);
  exports.setScratch(${scratchAddress} + ${scratchBytes} * index);
  const words = new Int32Array(memory.buffer, 0, ${controlWords});
  const work = (piece) => {
    const [count, step, ranges, calls, group] = words.subarray(${word.count}, ${word.group + 1});
    const from = (piece % ranges) * step;
    const first = Math.floor(piece / ranges) * group;
    for (let call = first; call < Math.min(calls, first + group); call++) {
      const at = ${word.first} + call * ${callWords};
      kernels[words[at]](from, Math.min(count, from + step), ...words.subarray(at + 1, at + ${callWords}));
    }
  };
  Atomics.add(words, ${word.ready}, 1);
  for (;;) {
    const job = Atomics.load(words, ${word.job});
    for (let look = 0; look < ${spins} && Atomics.load(words, ${word.left}) <= 0; look++);
    if (Atomics.load(words, ${word.left}) <= 0) {
      Atomics.wait(words, ${word.job}, job);
      continue;
    }
    const left = Atomics.sub(words, ${word.left}, 1);
    if (left <= 0) continue;
    work(left - 1);
    Atomics.add(words, ${word.done}, 1);
    Atomics.notify(words, ${word.done});
  }
};
`;

export const nodeWorkerText = `${start}start(require('node:worker_threads').workerData);`;
export const pageWorkerText = `${start}onmessage = ({data}) => start(data);`;
