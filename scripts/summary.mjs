// Prints the last line of .ci/run, `N passed, N failed, N skipped`, from jest's JSON and the exit code of `npm test`.
import {readFileSync} from 'node:fs';

const [file, status] = process.argv.slice(2);
const text = readFileSync(file, 'utf8');
// The file is empty if a step before jest ended the run.
const jest = text === '' ? {} : JSON.parse(text);
const passed = jest.numPassedTests ?? 0;
const skipped = (jest.numPendingTests ?? 0) + (jest.numTodoTests ?? 0);
// A file that could not be loaded counts as one failure. If jest has none, a failure outside jest (lint, types, build) counts as
// one.
const broken = (jest.numFailedTests ?? 0) + (jest.numRuntimeErrorTestSuites ?? 0);
const failed = broken === 0 && status !== '0' ? 1 : broken;

console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = failed > 0 ? 1 : 0;
