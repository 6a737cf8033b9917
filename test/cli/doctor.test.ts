import {readFileSync} from 'node:fs';
import {type DoctorReport, describeDoctorReport} from '../../src/cli/doctor.js';
import {convolutionChecks, doctorChecks} from '../../src/verify/doctor/compareWithTfjs.js';
import {userFiles} from '../support/userFiles.js';
import {start} from './command.js';

const file = userFiles({});
const [first, second] = convolutionChecks as unknown as [{what: string}, {what: string}];
const outcome = (what: string, alone: string, convgrad = 'right') => ({what, backend: 'cpu', alone, convgrad});
const findings = (...outcomes: ReturnType<typeof outcome>[]): DoctorReport => ({
  ...{convgrad: '1.2.3', tfjs: '4.22.0', node: 'v20', absent: [{backend: 'webgl', why: 'no browser found.'}]},
  examinations: [
    {
      ...{backend: 'cpu', about: {simd: true}, outcomes},
      untrainable: {alone: [{op: 'conv2d', kernels: ['K']}], convgrad: []},
      wrong: [
        {op: 'maxPool', when: 'below zero', repaired: true},
        {op: 'avgPool', when: 'padded', repaired: false},
      ],
    },
  ],
});

test('the table has a row for each check, with errors shortened', () => {
  const text = describeDoctorReport(findings(outcome(first.what, 'throws: no'), outcome(second.what, 'wrong by 3')));
  expect(text).toContain('cpu: here, simd true\n');
  expect(text).toContain('webgl: absent; no browser found.\n');
  expect(text).toContain('\nOps that cannot be trained on cpu, which lacks a kernel: conv2d; with convgrad: none.\n');
  expect(text).toContain('\nWrong gradients on cpu that convgrad repairs: maxPool (below zero).\n');
  expect(text).toContain('\nWrong gradients on cpu that convgrad does not repair: avgPool (padded).\n');
  const line = (what: string) => text.split('\n').find((line) => line.includes(`│ ${what} `));
  expect(line(first.what)).toMatch(/│ throws +│ right +│$/);
  expect(line(second.what)).toMatch(/│ wrong by 3 +│ right +│$/);
  expect(line(convolutionChecks[2]!.what)).toMatch(/│ – +│ right +│$/);
});

test('the table names the backend on which convgrad is wrong', () => {
  expect(describeDoctorReport(findings(outcome(first.what, 'right', 'wrong by 7')))).toMatch(
    /│ right +│ cpu: wrong by 7 +│/,
  );
});

test('on cpu and wasm convgrad is right in every row, and the JSON has full errors', async () => {
  const json = file('doctor.json');
  const {code, stdout} = await start('doctor', '--backend', 'cpu,wasm', '--json', json).ended;
  const {examinations, node} = JSON.parse(readFileSync(json, 'utf8')) as DoctorReport;
  expect(examinations.map(({backend}) => backend)).toEqual(['cpu', 'wasm']);
  const outcomes = examinations.flatMap(({outcomes}) => outcomes);
  expect(outcomes.filter(({convgrad}) => convgrad !== 'right')).toEqual([]);
  expect(outcomes).toHaveLength(2 * doctorChecks.length);
  expect(outcomes.map(({alone}) => alone)).toEqual(
    expect.arrayContaining([
      'right',
      expect.stringMatching(/^throws: .*dilation/),
      expect.stringMatching(/^wrong by \d/),
    ]),
  );
  expect(outcomes).toContainEqual(
    expect.objectContaining({backend: 'wasm', alone: expect.stringContaining('Conv2DBackpropFilter')}),
  );
  expect({code, node, stdout}).toEqual({code: 0, node: process.version, stdout: expect.stringContaining('wasm: here')});
});

test.each([
  [['--backend', 'abacus'], 2, "convgrad has no kernels for 'abacus'"],
  [['--backend', 'tensorflow'], 3, "backend 'tensorflow' is not available: convgrad has no kernels for it yet"],
  [['--backend', 'cpu', '--json', '/'], 2, '--json: / cannot be written'],
])('%j exits with %i', async (args, code, message) => {
  const ended = await start('doctor', ...args).ended;
  expect({code: ended.code, stderr: ended.stderr}).toEqual({code, stderr: expect.stringContaining(message)});
});
