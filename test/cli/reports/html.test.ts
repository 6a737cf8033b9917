import {htmlReport} from '../../../src/cli/reports/html.js';
import {jsonReport} from '../../../src/cli/reports/json.js';
import {markup} from '../../../src/cli/reports/markup.js';
import {failure, reportOf, result} from './reports.js';

test('a passed run shows verdict, table, histograms, skip reasons and command', () => {
  const html = htmlReport(
    reportOf(result({}), result({oracle: 'builtin', status: 'skipped', reason: 'dilation <2>'})),
    'npx convgrad verify --cases 5',
  );
  expect(html).toContain('<h1>all 1 judgements passed</h1>');
  expect(html).toMatch(/<td>cpu<\/td><td>direct<\/td><td>forward<\/td>/);
  expect(html).toContain('<title>up to 0.3: 1</title>');
  expect(html).toContain('dilation &lt;2&gt;');
  expect(html).toContain('<code>npx convgrad verify --cases 5</code><button type="button" data-copy>');
  expect(html).toContain('<dt>seed</dt><dd>7</dd>');
  expect(html).not.toContain('Not passed');
});

test('a failure shows its oracles and reasons, diagnosis, heatmaps and replay line', () => {
  const html = htmlReport(reportOf(result({}), failure, {...failure, oracle: 'builtin'}), '');
  expect(html).toContain('<h1>2 of 3 judgements did not pass</h1>');
  expect(html).toContain('<a href="#cpu-direct-forward">2</a>');
  expect(html).toContain('id="cpu-direct-forward"');
  expect(html).toContain('<b>builtin</b> element 1 is &lt;NaN&gt;');
  expect(html).toContain('taps &lt;flipped&gt;');
  expect(html).toContain('<code>again &#39;p2&#39;</code>');
  for (const map of ['got <span>−3 … 1, 1 not finite', 'want <span>−2.5 … 2', 'difference', 'error / bound']) {
    expect(html).toContain(`<figcaption>${map}`);
  }
  expect(html).toContain('<title>row 1, column 0: -0.5</title>');
  expect(html).toMatch(/class="beyond" .*row 0, column 1: NaN/);
});

test('loads nothing from elsewhere', () => {
  const html = htmlReport(reportOf(failure), '');
  expect(html).toContain("default-src 'none'");
  expect(html).not.toMatch(/https?:|src=|@import|url\(/);
});

test('the JSON report contains no heatmaps', () => {
  expect(jsonReport(reportOf(failure))).not.toContain('slices');
});

test('markup escapes values and keeps nested markup', () => {
  const {text} = markup`<p>${['a<b', markup`<i>${'"'}</i>`, 3, false, undefined]}${'\ud800x\u0007'}</p>`;
  expect(text).toBe('<p>a&lt;b<i>&quot;</i>3\ufffdx\ufffd</p>');
});
