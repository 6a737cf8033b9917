import {junitReport} from '../../../src/cli/reports/junit.js';
import {failure, reportOf, result} from './reports.js';

test('has one test case for each problem and fill, whatever the number of oracles', () => {
  const skipped = {status: 'skipped', reason: 'it throws'} as const;
  const xml = junitReport(
    reportOf(
      result({milliseconds: {ours: 1.5}}),
      result({oracle: 'builtin', ...skipped}),
      result({fill: 'integers', ...skipped}),
      failure,
      {...failure, oracle: 'builtin'},
      result({pass: 'backpropInput'}),
    ),
  );
  expect(xml.match(/<testcase/g)).toHaveLength(4);
  expect(xml).toContain('<testsuite name="cpu/direct/forward" tests="3" failures="1" skipped="1">');
  expect(xml).toContain('<property name="seed" value="7"/>');
  expect(xml).toContain('<testcase classname="cpu.direct.forward" name="p1 reals" time="0.001500"></testcase>');
  expect(xml).toContain('name="p1 integers" time="0.000000"><skipped message="it throws"/>');
  expect(xml).toContain('name="p2 reals (a &amp; b)"');
  expect(xml).toContain(
    '<failure type="failed" message="reference, builtin: element 1 is &lt;NaN&gt;\ufffd &quot;quoted&quot;">' +
      'reference: element 1 is &lt;NaN&gt;\ufffd &quot;quoted&quot;\nbuiltin: element 1 is &lt;NaN&gt;\ufffd &quot;quoted&quot;\n' +
      'taps &lt;flipped&gt;\nagain &#39;p2&#39;</failure>',
  );
});

test('a report without results is well-formed XML', () => {
  expect(junitReport(reportOf())).toBe(
    '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="convgrad verify" time="1.250">\n</testsuites>\n',
  );
});
