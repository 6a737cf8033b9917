import {compareModel, staysWithin} from '../../examples/support/compareModel.js';
import {type RealModel, realModels} from '../../examples/support/models/index.js';
import type {ModelTrial} from '../../examples/support/tryModel.js';
import {root, shell} from '../cli/command.js';

const example = 'node examples/run.mjs train-real-models';

describe('examples/train-real-models', () => {
  it('trains models that tfjs cannot, and passes its own checks', async () => {
    const {code, stdout, stderr} = await shell(`${example} --models tcn,graph --backends cpu,wasm --steps 2`, root);
    expect(stdout).toMatch(/^TCN +cpu +28\.0820 → 19\.4114 .* throws "Operands could not be broadcast/m);
    expect(stdout).toMatch(/^TCN +wasm +28\.0820 → 19\.4114 /m);
    expect(stdout).toMatch(/^graph model +cpu .* works, \d+ ms$/m);
    expect(stdout).not.toContain('FAILED:');
    expect({code, stderr: code === 0 ? '' : stderr}).toEqual({code: 0, stderr: ''});
  });

  it('names the problem with each option', async () => {
    const [steps, models, backends] = await Promise.all(
      ['--steps 1', '--models VGG', '--backends quantum'].map((option) => shell(`${example} ${option}`, root)),
    );
    expect(steps.stderr).toContain('--steps must be a whole number ≥ 2; got 1.');
    expect(models.stderr).toContain('--models: there are LeNet-5, ResNet-20, U-Net');
    expect(backends.stderr).toMatch(/--backends: convgrad serves cpu.*; got quantum\./);
  });
});

describe('a comparison', () => {
  /** Stands in for training: two of tfjs's backends are 1e-6 apart, and convgrad is `off`. */
  const compared = (off: number, alone = 0) =>
    compareModel(realModels[0] as RealModel, ['cpu'], async ({backend, algorithm}: Omit<ModelTrial, 'steps'>) => ({
      losses: [1 + (algorithm === 'auto' ? off : algorithm ? 0 : backend === 'wasm' ? 1e-6 : alone)],
      certificates: [{gradient: 'dx' as const, worst: 0.5}],
      millisecondsPerStep: 1,
    }));

  it('accepts a loss as far off as the tfjs backends are, but not ten times as far', async () => {
    expect((await compared(1e-6)).map(staysWithin)).toEqual([true]);
    expect((await compared(1e-5)).map(staysWithin)).toEqual([false]);
    expect((await compared(Number.NaN)).map(staysWithin)).toEqual([false]);
  });

  it('refuses to compare with a tfjs that is wrong', async () => {
    await expect(compared(0, 0.5)).rejects.toThrow('LeNet-5: tfjs trains it on fewer than two backends.');
  });
});
