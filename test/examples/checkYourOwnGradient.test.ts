import {root, shell} from '../cli/command.js';

describe('examples/check-your-own-gradient', () => {
  it('passes the right gradient, fails the wrong one and prints a replay line that works', async () => {
    const {code, stdout} = await shell('node examples/run.mjs check-your-own-gradient --cases 5', root);
    expect(stdout).toMatch(/^mine: \d+ passed, 0 failed/m);
    expect(stdout).toMatch(/^mine-symmetric: \d+ passed, [1-9]\d* failed/m);
    expect(stdout).toMatch(/problem\s+mb\d+ih\d+\S*-same-/);
    expect(code).toBe(0);

    const replay = /npx convgrad (verify .*)$/m.exec(stdout)?.[1];
    const again = await shell(`node build/cli/main.js ${replay}`, root);
    expect(again.stdout + again.stderr).toMatch(/dx\[[\d,]+\] is \S+ and must be /);
    expect(again.code).toBe(1);
  });
});

describe('examples/run.mjs', () => {
  it('lists the examples when none is named', async () => {
    const {code, stderr} = await shell('node examples/run.mjs', root);
    expect(stderr).toContain('usage: node examples/run.mjs check-your-own-gradient|saliency|swap-into-a-model');
    expect(code).toBe(2);
  });
});
