import type {Page} from 'playwright-core';
import {openPage} from './openPage.js';

/** By backend: a problem for each algorithm, and for each way its shaders read. */
const problems: Readonly<Record<'webgl' | 'webgpu', [algorithm: string, problem: string][]>> = {
  webgpu: [
    ['direct', 'mb2ih5iw4ic4oc8kh2kw2-same'],
    ['implicitGemm', 'mb2ih5iw4ic4oc8kh2kw2-same'],
    ['implicitGemm', 'mb2ih5iw4ic3oc5kh2kw2-same'],
    ['implicitGemm', 'mb1ih2iw3ic80oc6kh2kw2-same'],
    ['winograd', 'mb1ih9iw9ic16oc16kh3kw3-same'],
    ['auto', 'mb2ih5iw4ic3oc5kh2kw3-same-nchw'],
    ['depthwise', 'mb2ih5iw6ic8oc8kh3kw3-same-depthwise'],
    ['direct', 'mb2ih5iw6ic3oc6kh3kw3-same-depthwise'],
  ],
  webgl: [
    ['direct', 'mb2ih5iw4ic3oc5kh2kw2-same'],
    ['channelPacked', 'mb2ih5iw4ic3oc5kh2kw2-same'],
    ['channelPackedDirect', 'mb2ih5iw4ic3oc5kh2kw2-same'],
    ['packed2x2', 'mb2ih5iw4ic3oc5kh1kw1'],
    ['auto', 'mb2ih5iw4ic3oc5kh2kw3-same-nchw'],
    ['packed2x2', 'mb2ih5iw6ic5oc5kh3kw3-same-depthwise'],
    ['channelPacked', 'mb2ih5iw6ic5oc5kh3kw3-same-depthwise'],
    ['direct', 'mb2ih5iw6ic3oc6kh3kw3-same-depthwise'],
  ],
};

for (const backend of ['webgl', 'webgpu'] as const) {
  describe(`tensors of every provenance on ${backend}`, () => {
    let page: Page;

    beforeAll(async () => {
      page = await openPage();
      await page.evaluate((backend) => convgrad.tf.setBackend(backend), backend);
    });

    test.each(problems[backend])('give the right values and gradients: %s, %s', async (algorithm, line) => {
      const {wrong, complaints, leaks, served, count} = await page.evaluate(
        ([backend, algorithm, line]) => convgrad.checkProvenances(backend, algorithm, line),
        [backend, algorithm, line] as const,
      );
      expect({wrong, complaints, leaks}).toEqual({wrong: [], complaints: [], leaks: []});
      if (algorithm !== 'auto') expect(served).toContain(algorithm);
      expect(count).toBeGreaterThan(40);
    });
  });
}
