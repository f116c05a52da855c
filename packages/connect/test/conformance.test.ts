import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';

const suite = fileURLToPath(new URL('../../conformance/dist/cli.js', import.meta.url));
const client = fileURLToPath(new URL('./fixtures/conformance-client.js', import.meta.url));
/** The only one with batches, the last one with a handshake, and the one without. */
const revisions = ['2025-03-26', '2025-11-25', '2026-07-28'];

interface Outcome {
  check: string;
  verdict: string;
  revision: string;
  reason?: string;
}

/** What the conformance suite says of a client on `connect`, as anybody would ask it. */
async function judge(transport: 'stdio' | 'http'): Promise<{ code: number; supportedRevisions: string[]; outcomes: Outcome[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'mcpwire-connect-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const output = join(folder, 'report.json');
  const options = ['--output', output, '--strict', ...revisions.flatMap((revision) => ['--revision', revision])];
  const args = [suite, 'client', `--${transport}`, ...options, '--', process.execPath, client];
  const code = await promisify(execFile)(process.execPath, args).then(
    () => 0,
    (error: { code: number }) => error.code,
  );
  return { code, ...JSON.parse(await readFile(output, 'utf8')) };
}

// Both at once: much of the time, each waits.
describe.concurrent('a client on connect does what the specification asks of clients', () => {
  for (const transport of ['stdio', 'http'] as const) {
    it(`over ${transport}`, async () => {
      const { code, supportedRevisions, outcomes } = await judge(transport);
      expect(supportedRevisions).toEqual(expect.arrayContaining(revisions));
      const broken = outcomes.filter(({ verdict }) => !['pass', 'not-applicable'].includes(verdict));
      expect(broken.map(({ check, revision, reason }) => `${check} (${revision}): ${reason}`)).toEqual([]);
      expect(code).toBe(0);
      const passed = new Set(outcomes.filter(({ verdict }) => verdict === 'pass').map(({ check }) => check));
      const mended = [
        'client/ping-answer',
        'client/jsonrpc-result-type-unknown-invalid',
        ...(transport === 'stdio'
          ? ['client/stdio-stdin-no-responses', 'client/stdio-restarts', 'client/stdio-shutdown-client-ladder']
          : []),
        ...(transport === 'http'
          ? [
              'client/streamable-http-no-responses',
              'client/streamable-http-session-client-restarts',
              'client/streamable-http-session-client-deletes',
            ]
          : []),
      ];
      expect(mended.filter((check) => !passed.has(check))).toEqual([]);
    }, 120_000);
  }
});
