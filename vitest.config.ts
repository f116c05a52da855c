import { defineConfig } from 'vitest/config';

// Set by .ci/run and `pnpm check`, which count the tests that ran.
const report = process.env.TEST_REPORT;

export default defineConfig({
  test: {
    include: ['packages/*/test/**/*.test.ts', 'apps/*/test/**/*.test.ts', 'bench/test/**/*.test.ts', 'test/**/*.test.ts'],
    pool: 'forks',
    // Most tests wait for processes; vitest's own choice on two cores would be one worker.
    maxWorkers: 2,
    // Room for a slow, shared machine. A test that needs more says so itself.
    testTimeout: 20_000,
    hookTimeout: 20_000,
    teardownTimeout: 5_000,
    reporters: report ? ['minimal', ['json', { outputFile: report }]] : ['minimal'],
  },
});
