import {type Certificate, certify} from '../../examples/support/certificate.js';
import {root, shell} from '../cli/command.js';

describe('examples/swap-into-a-model', () => {
  it('passes all of its own checks', async () => {
    const {code, stdout, stderr} = await shell('node examples/run.mjs swap-into-a-model --steps 4', root);
    expect(stdout).not.toContain('FAILED');
    expect(stdout.match(/^ok /gm)).toHaveLength(4);
    expect(stdout).toContain('served by convgrad: 33 forward, 8 backpropInput, 12 backpropFilter');
    expect(stdout).toMatch(/convgrad trains [\d.]+ times as fast/);
    expect({code, stderr: code === 0 ? '' : stderr}).toEqual({code: 0, stderr: ''});
  });

  it('names the problem with --steps', async () => {
    const {code, stderr} = await shell('node examples/run.mjs swap-into-a-model --steps none', root);
    expect(stderr).toContain('--steps must be a whole number ≥ 2; got none.');
    expect(code).toBe(1);
  });

  it('certifies no gradient that is off by 0.1% or NaN', () => {
    expect(worstOf(1)).toBeLessThanOrEqual(1);
    expect(worstOf(1.001)).toBeGreaterThan(1);
    expect(worstOf(Number.NaN)).toBe(Number.POSITIVE_INFINITY);
  });
});

/** dFilter = 2·3 + 5·7 of one weight over two pixels, times a factor. */
function worstOf(factor: number): Certificate['worst'] {
  const [{worst}] = certify({
    kernel: 'Conv2DBackpropFilter',
    backend: 'cpu',
    attrs: {strides: [1, 1], pad: 'valid'},
    inputs: {
      x: {shape: [1, 1, 2, 1], values: new Float32Array([2, 5])},
      dy: {shape: [1, 1, 2, 1], values: new Float32Array([3, 7])},
    },
    output: {shape: [1, 1, 1, 1], values: new Float32Array([41 * factor])},
  });
  return worst;
}
