import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {install, uninstall} from 'tfjs-convgrad';
import {checkGradients} from '../../../src/verify/checkGradients/checkGradients.js';
import {families, nastyAt} from './adversarial.js';

/** For a campaign: GRADIENT_POINTS=10000, and GRADIENT_FROM=20000 to begin elsewhere. */
const points = Number(process.env['GRADIENT_POINTS'] ?? families.length);
const from = Number(process.env['GRADIENT_FROM'] ?? 0);

/** On wasm some gradients of tfjs are missing or wrong without convgrad. */
beforeAll(() => {
  install();
});
afterAll(() => uninstall());

it('the test has at least sixty ops', () => {
  expect(families.length).toBeGreaterThanOrEqual(60);
});

it.each(['cpu', 'wasm'])('checkGradients calls no right gradient wrong on %s', async (backend) => {
  await tf.setBackend(backend);
  const wrong: string[] = [];
  let passed = 0;
  for (let nth = from; nth < from + points; nth++) {
    const {name, f, inputs} = nastyAt(nth);
    try {
      const report = await checkGradients(f, inputs, {seed: nth});
      const isWrong =
        report.inputs.some((input) => input.wrong.length > 0) ||
        report.directions.some(({status}) => status === 'wrong');
      if (isWrong) wrong.push(`${name}: ${inputs.map((x) => `[${[...x.dataSync()]}]`)} ${report.summary}`);
      if (report.passed) passed++;
    } finally {
      tf.dispose(inputs);
    }
  }
  expect(wrong).toEqual([]);
  // It must also decide something.
  expect(passed).toBeGreaterThan(points / 4);
});
