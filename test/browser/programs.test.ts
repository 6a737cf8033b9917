import type {Page} from 'playwright-core';
import {openPage} from './openPage.js';

let page: Page;
beforeAll(async () => {
  page = await openPage();
});
afterAll(() => page?.close());

it.each(['webgl', 'webgpu'])(
  'programs give the same with convgrad on %s as with tfjs alone on cpu',
  async (backend) => {
    const found = await page.evaluate(async (name) => {
      const {tf, support, install, uninstall} = convgrad;
      await tf.setBackend('cpu');
      const alone = new Map<string, [string, number[]][]>();
      for (const [key, program] of support.programs) alone.set(key, await support.outcomeOf(tf, program));
      await tf.setBackend(name);
      install();
      const different = await support.different(tf, alone);
      uninstall();
      return {active: tf.getBackend(), programs: alone.size, different};
    }, backend);
    expect(found.active).toBe(backend);
    expect(found.programs).toBeGreaterThan(300);
    expect(found.different).toEqual([]);
  },
);
