import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { SkippedReporter } from './skipped-reporter.js';

/** What the web adapters promise, tested on Bun and Deno by Vitest, over the servers that they have of their own. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    include: [
      'packages/http/test/{adapters,cross-origin,origin-guard,web}.test.ts',
      'packages/transport-streamable-http/test/server/web-standard.test.ts',
    ],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 20_000,
    teardownTimeout: 5_000,
    reporters: ['minimal', new SkippedReporter()],
  },
});
