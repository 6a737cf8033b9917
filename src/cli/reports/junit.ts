import type {VerifyReport} from '../../verify/report/report.js';
import type {VerifyResult} from '../../verify/report/result.js';
import {groupBy} from '../groupBy.js';
import {type Markup, markup} from './markup.js';

/**
 * The report as JUnit XML for CI servers: a suite for each backend, algorithm and pass, and a test case for each problem and
 * fill.
 */
export function junitReport({results, seed, omitted, summary}: VerifyReport): string {
  const suites = groupBy(results, ({backend, algorithm, pass}) => `${backend}/${algorithm}/${pass}`);
  const {text} = markup`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="convgrad verify" time="${summary.seconds.toFixed(3)}">
${suites.map((suite) => suiteOf(suite, seed, omitted))}</testsuites>
`;
  return text;
}

function suiteOf(results: readonly VerifyResult[], seed: number, omitted = 0): Markup {
  const [{backend, algorithm, pass}] = results;
  const cases = groupBy(results, ({problem, fill}) => `${problem} ${fill}`);
  const count = (kind: (run: readonly VerifyResult[]) => unknown) => cases.filter(kind).length;
  return markup`<testsuite name="${backend}/${algorithm}/${pass}" tests="${cases.length}" failures="${count(rejectedIn)}" skipped="${count(isSkipped)}">
<properties><property name="seed" value="${seed}"/>${omitted > 0 && markup`<property name="results not listed" value="${omitted}"/>`}</properties>
${cases.map(caseOf)}</testsuite>
`;
}

/** One test case for one run, whichever oracles judged it. */
function caseOf(run: readonly VerifyResult[]): Markup {
  const [{backend, algorithm, pass, problem, fill, name}] = run;
  const milliseconds = Math.max(0, ...run.map((result) => result.milliseconds?.ours ?? 0));
  const rejected = rejectedIn(run);
  return markup`<testcase classname="${backend}.${algorithm}.${pass}" name="${problem} ${fill}${name && ` (${name})`}" time="${(milliseconds / 1000).toFixed(6)}">${
    rejected ? failure(rejected) : isSkipped(run) && markup`<skipped message="${run[0].reason}"/>`
  }</testcase>
`;
}

function failure(rejected: readonly VerifyResult[]): Markup {
  const [{status, reason, replay}] = rejected;
  const judges = rejected.map(({oracle}) => oracle).join(', ');
  const diagnosis = rejected.find((result) => result.diagnosis)?.diagnosis?.text;
  const lines = [...rejected.map((result) => `${result.oracle}: ${result.reason}`), diagnosis, replay];
  return markup`<failure type="${status}" message="${judges}: ${reason}">${lines.filter(Boolean).join('\n')}</failure>`;
}

function rejectedIn(run: readonly VerifyResult[]): VerifyResult[] | undefined {
  const rejected = run.filter(({status}) => status === 'failed' || status === 'vacuous');
  return rejected.length > 0 ? rejected : undefined;
}

function isSkipped(run: readonly VerifyResult[]): boolean {
  return run.every(({status}) => status === 'skipped');
}
