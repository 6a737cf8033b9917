import {benchLayers} from '../../src/bench/layers.js';
import {operations} from '../../src/bench/reduceProblem.js';
import {isSoftware, shrinkForSoftware, softwareFlops} from '../../src/bench/softwareSize.js';
import {formatProblem, parseProblem, problemInfo} from '../../src/geometry/problem.js';

test.each(benchLayers().map(({name, problem}) => [name, problem] as const))(
  '%s fits the flop limit of software rendering and keeps its windows',
  (_, problem) => {
    const reduced = shrinkForSoftware(problem);
    expect(operations(reduced)).toBeLessThanOrEqual(softwareFlops);
    // Reduced no further than necessary, with the same windows.
    if (reduced === problem) return;
    expect(operations(reduced)).toBeGreaterThan(softwareFlops / 9);
    const windows = ({filterHeight, filterWidth, strideHeight, dilationHeight}: typeof reduced) =>
      [filterHeight, filterWidth, strideHeight, dilationHeight].join();
    expect(windows(reduced)).toBe(windows(problem));
    expect(problemInfo(reduced).outHeight).toBeGreaterThan(0);
  },
);

test('shrinks the batch first, then the image size, then channels', () => {
  const reduced = (text: string, flops: number) => formatProblem(shrinkForSoftware(parseProblem(text), flops));
  const whole = 'mb8ih32iw32ic16oc32kh3kw3-same';
  const flops = operations(parseProblem(whole));
  expect(reduced(whole, flops)).toBe(formatProblem(parseProblem(whole)));
  expect(reduced(whole, flops / 8)).toMatch(/^mb1ih32iw32ic16oc32/);
  expect(reduced(whole, flops / 32)).toMatch(/^mb1ih16iw16ic16oc32/);
  expect(reduced(whole, flops / 256)).toMatch(/^mb1ih8iw8ic16oc16/);
  expect(reduced('ih8iw8ic4oc8kh3kw3-same-depthwise', 2000)).toMatch(/^mb1ih8iw8ic1oc2/);
});

test('recognises software renderers by name', () => {
  expect(
    isSoftware({renderer: 'ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (Subzero)), SwiftShader driver)'}),
  ).toBe(true);
  expect(isSoftware({renderer: 'llvmpipe (LLVM 15.0.7, 256 bits)'})).toBe(true);
  expect(isSoftware({renderer: 'ANGLE (NVIDIA, NVIDIA GeForce RTX 3060 Direct3D11)'})).toBe(false);
  expect(isSoftware()).toBe(false);
});
