import type { Reporter, TestCase } from 'vitest/node';

/** Prints what was skipped, and why. */
export class SkippedReporter implements Reporter {
  onTestCaseResult(test: TestCase): void {
    const result = test.result();
    if (result.state === 'skipped') console.log(`SKIPPED ${test.fullName}\n        ${result.note ?? 'no reason given'}`);
  }
}
