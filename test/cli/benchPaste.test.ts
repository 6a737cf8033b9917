import {pasteBlock} from '../../src/cli/benchPaste.js';
import {reportOf, rowOf} from '../bench/rows.js';

test('the block to paste names device, versions and numbers in one Markdown table', () => {
  const row = rowOf({milliseconds: {ours: 2, builtin: 250}, gflops: {ours: 12}, ratio: 125});
  const report = reportOf(row);
  report.environment.backends = {webgl: {renderer: 'A GPU', driver: '1.2'}};
  const block = pasteBlock(report);
  expect(block).toContain('* webgl: renderer A GPU, driver 1.2\n');
  expect(block).toMatch(/\n\* tfjs 4\.22\.0, Node v20, /);
  expect(block).toMatch(/\n\| cpu \| one \| forward \| implicitGemm \| 2\.00 \| 250 \| 125× \| – \|$/);
});
