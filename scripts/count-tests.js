// @ts-check
// Prints `N passed, N failed` from vitest's JSON report: node scripts/count-tests.js report.json
import { readFileSync } from 'node:fs';

const [path = ''] = process.argv.slice(2);
const text = readFileSync(path, 'utf8');
if (text === '') {
  console.error(`No test ran: vitest wrote nothing to ${path}.`);
  process.exit(1);
}

/** @type {{ numPassedTests: number, numFailedTests: number, numPendingTests: number, testResults: { status: string, assertionResults: { status: string }[] }[] }} */
const report = JSON.parse(text);
// A file that fails outside its tests, at import for example, has no failed test to count.
const brokenFiles = report.testResults.filter(
  ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
);
const counts = [`${report.numPassedTests} passed`, `${report.numFailedTests + brokenFiles.length} failed`];
if (report.numPendingTests > 0) counts.push(`${report.numPendingTests} skipped`);
console.log(counts.join(', '));
