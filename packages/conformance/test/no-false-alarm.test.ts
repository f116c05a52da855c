import { afterEach, describe, expect, test } from 'vitest';
import { type Report, run } from '../src/index.js';
import { startDualHttp } from './broken-servers/start-dual-http.js';

// Correct servers that do what real ones do, and what no check may hold against them. Those of one era are variants in broken-servers/.
interface Started {
  readonly url: string;
  close(): Promise<void>;
}

let server: Started | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

function troubled({ outcomes }: Report): string[] {
  return outcomes
    .filter(({ verdict }) => verdict !== 'pass' && verdict !== 'not-applicable')
    .map(({ verdict, check, revision, reason }) => `${verdict} ${check} (${revision}): ${reason}`);
}

describe('a server of both eras on one endpoint', () => {
  test('passes where it takes what nobody can read for a legacy message, and asks for its session', async () => {
    server = await startDualHttp();
    const report = await run({
      target: { transport: 'streamable-http', url: server.url },
      probeTool: { name: 'echo', args: { text: 'hello' } },
      slowTool: { name: 'slow', args: { ms: 400 } },
    });
    expect(report.supportedRevisions).toEqual(['2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28']);
    expect(troubled(report)).toEqual([]);
    expect(report.summary.pass).toBeGreaterThan(290);
  }, 60_000);
});
