import { configDefaults, defineConfig } from 'vitest/config';

// Set by .ci/run and `pnpm check`, which count the tests that ran.
const report = process.env.TEST_REPORT;

// The pages of the specification come with no package: a counted run leaves out what holds the catalogue against them, where nobody says where they are.
const isWithoutPages = report !== undefined && process.env.MCP_SPECIFICATION === undefined;

export default defineConfig({
  test: {
    exclude: [...configDefaults.exclude, ...(isWithoutPages ? ['**/requirements/specification.test.ts'] : [])],
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
