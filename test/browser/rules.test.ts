import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import type {Page} from 'playwright-core';
import {install, uninstall} from 'tfjs-convgrad';
import {rules} from 'tfjs-convgrad/rules';
import {trainUnderRule} from '../support/trainUnderRules.js';
import {openPage} from './openPage.js';

/** Where a rule rounds or sorts, a difference in the last bit may change a value by a whole step. */
const rounds = ['meprop', 'dither', 'actnn', 'half', 'crs'];
const names = rules()
  .map(({name}) => name)
  .filter((name) => name !== 'lrp');

const onCpu = new Map<string, number[]>();

beforeAll(async () => {
  await tf.setBackend('cpu');
  for (const name of names) onCpu.set(name, await trainUnderRule(name));
});

const expectSame = (name: string, losses: number[]) => {
  const expected = onCpu.get(name)!;
  expect(expected.every(Number.isFinite)).toBe(true);
  expect(losses).toHaveLength(expected.length);
  for (const [i, loss] of losses.entries()) {
    expect(Math.abs(loss - expected[i]!) / expected[i]!).toBeLessThan(rounds.includes(name) ? 0.03 : 1e-4);
  }
};

test('the rules train differently', () => {
  const last = new Set(
    [...onCpu].filter(([name]) => !['deconvnet', 'guided'].includes(name)).map(([, losses]) => losses.at(-1)),
  );
  expect(last.size).toBe(onCpu.size - 2);
});

test('the same losses on wasm, where convgrad makes training possible', async () => {
  await tf.setBackend('wasm');
  install();
  for (const name of names) expectSame(name, await trainUnderRule(name));
  uninstall();
  await tf.setBackend('cpu');
});

test('webgpu, which cannot read at once, refuses a shadow and gradients of each example', async () => {
  const page = await openPage();
  const messages = await page.evaluate(async () => {
    await convgrad.tf.setBackend('webgpu');
    return convgrad.refusalsOfReads();
  });
  for (const message of messages)
    expect(message).toMatch(/^(shadow|perSampleGradients): it reads numbers .* use one of cpu, wasm, webgl/);
  expect(messages).toHaveLength(2);
});

describe.each(['webgl', 'webgpu'])('on %s', (backend) => {
  let page: Page;

  beforeAll(async () => {
    page = await openPage();
    await page.evaluate((name) => convgrad.tf.setBackend(name), backend);
  });

  test.each(names)('the same losses under %s', async (name) => {
    expectSame(name, await page.evaluate((rule) => convgrad.trainUnderRule(rule), name));
  });

  test('the same losses with convgrad installed', async () => {
    await page.evaluate(() => void convgrad.install());
    expectSame('fa', await page.evaluate(() => convgrad.trainUnderRule('fa')));
  });
});
