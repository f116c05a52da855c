import { run as judge, type Report } from '@mcpwire/conformance';
import { describe, expect, it } from 'vitest';
import { until } from './support/connection.js';
import { run } from './support/program.js';

const headers = { Authorization: 'Bearer s3cret' };
const tools = { probeTool: { name: 'echo', args: { text: 'hello' } }, slowTool: { name: 'slow', args: { ms: 400 } } };

async function start(): Promise<string> {
  const running = run('all', '--port', '0', '--token', 's3cret');
  const find = (): string | undefined => /https?:\/\/[^/\s]+/.exec(running.stderr)?.[0];
  await until(() => find() !== undefined);
  return find() as string;
}

function troubled({ outcomes }: Report): string[] {
  return outcomes
    .filter(({ verdict }) => verdict !== 'pass' && verdict !== 'not-applicable')
    .map(({ verdict, check, revision, reason }) => `${verdict} ${check} (${revision}): ${reason}`);
}

describe('the conformance suite, with the token that mcpwire-reference-server demands', () => {
  it('finds nothing over Streamable HTTP, authorization included', async () => {
    const url = `${await start()}/mcp`;
    const report = await judge({ target: { transport: 'streamable-http', url, headers }, only: ['auth', 'http', 'jsonrpc'], ...tools });
    expect(troubled(report)).toEqual([]);
    const passed = report.outcomes.filter(({ verdict }) => verdict === 'pass').map(({ check }) => check);
    expect(passed).toEqual(expect.arrayContaining(['auth/resource-metadata', 'auth/resource-metadata-servers', 'auth/challenge-scope']));
  }, 60_000);

  it('finds nothing over HTTP+SSE', async () => {
    const url = `${await start()}/sse`;
    const report = await judge({ target: { transport: 'sse', url, headers }, ...tools });
    expect(troubled(report)).toEqual([]);
    expect(report.summary.pass).toBeGreaterThan(50);
  }, 60_000);

  it('reaches nothing without it', async () => {
    const url = `${await start()}/mcp`;
    await expect(judge({ target: { transport: 'streamable-http', url }, ...tools })).rejects.toThrow('401');
  });
});
