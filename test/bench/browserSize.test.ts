import {browserFlops, isSoftware, toBrowserSize} from '../../src/bench/browserSize.js';
import {operations} from '../../src/bench/cutDown.js';
import {benchLayers} from '../../src/bench/layers.js';
import {formatProblem, parseProblem, problemInfo} from '../../src/geometry/problem.js';

test.each(benchLayers().map(({name, problem}) => [name, problem] as const))('%s', (_, problem) => {
  const cut = toBrowserSize(problem);
  expect(operations(cut)).toBeLessThanOrEqual(browserFlops);
  // As little as it takes, and the same windows.
  if (cut === problem) return;
  expect(operations(cut)).toBeGreaterThan(browserFlops / 9);
  const windows = ({filterHeight, filterWidth, strideHeight, dilationHeight}: typeof cut) =>
    [filterHeight, filterWidth, strideHeight, dilationHeight].join();
  expect(windows(cut)).toBe(windows(problem));
  expect(problemInfo(cut).outHeight).toBeGreaterThan(0);
});

test('images go before their size, and their size before channels', () => {
  const cut = (text: string, flops: number) => formatProblem(toBrowserSize(parseProblem(text), flops));
  const whole = 'mb8ih32iw32ic16oc32kh3kw3-same';
  const flops = operations(parseProblem(whole));
  expect(cut(whole, flops)).toBe(formatProblem(parseProblem(whole)));
  expect(cut(whole, flops / 8)).toMatch(/^mb1ih32iw32ic16oc32/);
  expect(cut(whole, flops / 32)).toMatch(/^mb1ih16iw16ic16oc32/);
  expect(cut(whole, flops / 256)).toMatch(/^mb1ih8iw8ic16oc16/);
  expect(cut('ih8iw8ic4oc8kh3kw3-same-depthwise', 2000)).toMatch(/^mb1ih8iw8ic1oc2/);
});

test('a renderer that computes on the processor is known by its name', () => {
  expect(
    isSoftware({renderer: 'ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (Subzero)), SwiftShader driver)'}),
  ).toBe(true);
  expect(isSoftware({renderer: 'llvmpipe (LLVM 15.0.7, 256 bits)'})).toBe(true);
  expect(isSoftware({renderer: 'ANGLE (NVIDIA, NVIDIA GeForce RTX 3060 Direct3D11)'})).toBe(false);
  expect(isSoftware()).toBe(false);
});
