import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {root, shell} from '../cli/command.js';

describe('examples/your-own-rule', () => {
  it('learns digits under three rules, and its own turns towards the gradient', async () => {
    const {code, stdout} = await shell('node examples/run.mjs your-own-rule', root);
    const rows = [...stdout.matchAll(/^(exact|fa|drifting) +([\d.]+) % +(\d+) +(\d+) +(–|\d+)$/gm)];
    expect(rows.map(([, name]) => name)).toEqual(['exact', 'fa', 'drifting']);
    const [exact, fa, own] = rows.map(([, , accuracy, first]) => ({accuracy: Number(accuracy), angle: Number(first)}));
    expect(exact.angle).toBe(0);
    expect(own.angle).toBeLessThan(fa.angle);
    for (const {accuracy} of [exact, fa, own]) expect(accuracy).toBeGreaterThan(50);
    expect(code).toBe(0);
  });
});

describe('examples/saliency', () => {
  it('recognises digits and draws six rows of ten pictures', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'convgrad-saliency-'));
    const file = join(folder, 'maps.svg');
    const {code, stdout} = await shell(`node examples/run.mjs saliency --out ${file}`, root);
    expect(stdout).toMatch(/\d+ of 10 digits are recognised/);
    expect(code).toBe(0);
    const svg = readFileSync(file, 'utf8');
    expect(svg.match(/<text /g)).toHaveLength(6);
    expect(svg.match(/<rect x=/g)).toHaveLength(6 * 10 * 16 * 16);
    expect(svg).not.toContain('NaN');
    rmSync(folder, {recursive: true});
  });
});
