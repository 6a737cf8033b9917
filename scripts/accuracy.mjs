// `node scripts/accuracy.mjs [PROBLEM…]`, after `npm run build`, prints how far results are from float64, as the Markdown tables
// of docs/winograd.md and docs/fft.md. A cell is empty if the algorithm does not support the problem.
import {findAlgorithm} from '../build/algorithms/index.js';
import {wasmEngine} from '../build/engine/wasmEngine.js';
import {wasmVariants} from '../build/engine/wasmModule.js';
import {passes, passTensors} from '../build/geometry/pass.js';
import {parseProblem, problemInfo} from '../build/geometry/problem.js';
import {makeTestVector} from '../build/verify/data/testVector.js';

const layers = ['ih56iw56ic64oc64kh3kw3-same', 'ih28iw28ic128oc128kh3kw3-same', 'mb4ih14iw14ic32oc48kh3kw3'];
const names = ['implicitGemm', 'winograd', 'winograd4', 'fft'];
const engines = wasmVariants()
  .filter((variant) => variant !== 'fmaLow')
  .map((variant) => wasmEngine(variant));

/** The root mean square of the errors and the largest error, both relative to the root mean square of the expected values. */
function errors(got, want) {
  let [sum, squares, worst] = [0, 0, 0];
  for (let i = 0; i < want.length; i++) {
    const error = Math.abs(got[i] - want[i]);
    sum += error ** 2;
    squares += want[i] ** 2;
    worst = Math.max(worst, error);
  }
  return [Math.sqrt(sum / squares), worst / Math.sqrt(squares / want.length)];
}

console.log(`| engine | problem | pass | ${names.join(' | ')} |\n|---|---|---|${names.map(() => '---|').join('')}`);
for (const problem of process.argv.length > 2 ? process.argv.slice(2) : layers) {
  const parsed = parseProblem(problem);
  const {inputs, expected} = makeTestVector(parsed, 'reals', 1, 1);
  for (const engine of engines) {
    for (const pass of passes) {
      const [a, b] = passTensors[pass].inputs.map((name) => inputs[name]);
      const cells = names.map((name) => {
        if (findAlgorithm(name).supports(problemInfo(parsed), pass) !== true) return '';
        const out = new Float32Array(expected[pass].values.length);
        findAlgorithm(name)[pass](problemInfo(parsed), a, b, out, engine);
        return errors(out, expected[pass].values)
          .map((error) => error.toExponential(1))
          .join(' / ');
      });
      console.log(`| ${engine.name} | ${problem} | ${pass} | ${cells.join(' | ')} |`);
    }
  }
}
