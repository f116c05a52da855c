import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type Check, type HttpTarget, run, type Target, Unreachable } from '../../src/index.js';
import { scriptServer } from '../support.js';

// Well below what any of these would take that is read to its end, and well above what the slowest machine needs.
vi.setConfig({ testTimeout: 60_000 });
const START_MS = 40_000;

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** An HTTP server that writes this for as long as it is read. */
async function floodServer(contentType: string, piece: string): Promise<string> {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': contentType });
    const write = (to: ServerResponse): void => {
      while (!to.destroyed && to.write(piece));
    };
    response.on('drain', () => write(response));
    write(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
}

async function whyUnreachable(target: Target, startMs = START_MS): Promise<string> {
  const failed = await run({ target, startMs }).catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(Unreachable);
  return (failed as Error).message;
}

const flood = (piece: string): string =>
  `const piece = ${JSON.stringify(piece)}.repeat(2_000); const go = () => { while (process.stdout.write(piece)); }; process.stdout.on('drain', go); go();`;

describe('a server that never stops writing is cut off long before the time is over: over stdio', () => {
  test.each([
    [
      'short lines that are no JSON',
      flood('y\n'),
      /more than 10000 lines that are no messages, and was cut off[\s\S]*Its stdout has what is no message, as "y"/,
    ],
    ['messages', flood('{"jsonrpc":"2.0","method":"x"}\n'), /more than 20000 messages, and was cut off/],
    [
      'a line without an end',
      "const piece = 'x'.repeat(1e6); const go = () => { while (process.stdout.write(piece)); }; process.stdout.on('drain', go); go();",
      /a line of more than 67108864 bytes, and was cut off/,
    ],
    ['empty lines', flood('\n'), /more than 10000 lines that are no messages/],
  ])('%s', async (_, script, message) => {
    const startedAt = performance.now();
    expect(await whyUnreachable(scriptServer(script))).toMatch(message);
    expect(performance.now() - startedAt).toBeLessThan(START_MS);
  });

  test('and in the middle of a check, which does not pass', async () => {
    const target = scriptServer(`
      require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
        const { id, method, params } = JSON.parse(line);
        if (method === 'ping') { ${flood('y\n')} }
        const result = { protocolVersion: params?.protocolVersion, capabilities: {}, serverInfo: { name: 's', version: '1' } };
        if (method === 'initialize') console.log(JSON.stringify({ jsonrpc: '2.0', id, result }));
      });`);
    const report = await run({ target, revisions: ['2025-11-25'], only: ['jsonrpc/ping'], timeoutMs: START_MS });
    expect(report.outcomes.map(({ verdict, reason }) => [verdict, reason])).toEqual([
      ['fail', 'ping was not answered: it sent more than 10000 lines that are no messages, and was cut off'],
    ]);
    const entries = report.outcomes[0]?.exchanges?.flatMap((exchange) => exchange.entries) ?? [];
    expect(entries.length).toBeLessThan(250);
    expect(entries.map(({ text }) => text)).toContain('cut off: it sent more than 10000 lines that are no messages, and was cut off');
  });
});

describe('a server that never stops writing is cut off long before the time is over: over HTTP', () => {
  test.each([
    ['events', 'text/event-stream', 'data: {}\n\n', /more than 20000 (events|messages), and was cut off/],
    ['lines that belong to no event', 'text/event-stream', 'nonsense\n', /more than \d+ lines that belong to no event, and was cut off/],
  ])('%s', async (_, contentType, line, message) => {
    const url = await floodServer(contentType, line.repeat(2_000));
    for (const transport of ['streamable-http', 'sse'] as const) {
      const startedAt = performance.now();
      expect(await whyUnreachable({ transport, url })).toMatch(message);
      expect(performance.now() - startedAt, transport).toBeLessThan(START_MS);
    }
  });

  test('a body, of which no more is kept than a limit', async () => {
    const url = await floodServer('application/json', 'x'.repeat(256 * 1024));
    expect(await whyUnreachable({ transport: 'streamable-http', url })).toMatch(/a body of more than 67108864 bytes, and was cut off/);
  });
});

describe('a program that is no MCP server is told what it does', () => {
  const idle = 'setInterval(() => {}, 1000)';
  test.each([
    ['sends back what it reads', 'process.stdin.pipe(process.stdout)', 'what came is the request itself'],
    ['asks for something', `process.stdout.write('Your API key: '); ${idle}`, 'Its stdout has "Your API key: ", and no newline after it.'],
    [
      'frames as language servers do',
      `process.stdout.write('Content-Length: 2\\r\\n\\r\\n{}'); ${idle}`,
      'A message ends with a newline, and has no Content-Length before it.',
    ],
    ['logs a lot', `for (let i = 0; i < 500; i++) console.error('line ' + i); ${idle}`, 'It logged:\nline 480\nline 481'],
  ])('one that %s', async (_, script, told) => {
    expect(await whyUnreachable(scriptServer(script), 1_500)).toContain(told);
  });
});

describe('a server that refuses whoever asks is told with what may be wrong', () => {
  const refuse = async (status: number, headers: Record<string, string> = {}): Promise<string> => {
    const server = createServer((_, response) => response.writeHead(status, headers).end('<html>\n  <h1>No</h1>\n</html>'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(() => new Promise((resolve) => server.close(() => resolve())));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
  };
  const authorized: Pick<HttpTarget, 'headers'> = { headers: { Authorization: 'Bearer abc-def-ghi' } };

  test.each([
    [401, {}, {}, "It wants to know who is asking: --header 'Authorization: Bearer TOKEN' says it."],
    [401, {}, authorized, 'It does not take the Authorization header that --header gave it.'],
    [404, {}, {}, '/mcp takes no POST: is it the path of the MCP endpoint? HTTP+SSE, if it speaks that, is judged with: sse URL.'],
    [307, { location: '/elsewhere/' }, {}, '/elsewhere/: judge that URL.'],
  ])('%i %j', async (status, headers, more, advice) => {
    const message = await whyUnreachable({ transport: 'streamable-http', url: await refuse(status, headers), ...more });
    expect(message).toContain(advice);
    expect(message).toContain(`its POST got ${status}`);
    expect(message).toContain('<html> <h1>No</h1> </html>');
    expect(message).not.toContain('abc-def-ghi');
  });

  test('over HTTP+SSE too', async () => {
    const message = await whyUnreachable({ transport: 'sse', url: await refuse(404) });
    expect(message).toContain('GET /mcp was answered with status 404');
    expect(message).toContain('/mcp takes no GET: is it the path of the MCP endpoint?');
  });
});

test('what a server tells of a secret that it was given appears nowhere: not in reasons, not in evidence, not in transcripts', async () => {
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const { id, method, params } = text === '' ? ({} as never) : JSON.parse(text);
    if (method === 'notifications/initialized') return void response.writeHead(202).end();
    const given = request.headers.authorization;
    const error = { code: -32000, message: `no right for ${given}`, data: { token: 'of-its-own-12345', seen: [given] } };
    const result = { protocolVersion: params?.protocolVersion, capabilities: {}, serverInfo: { name: 's', version: '1' } };
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ jsonrpc: '2.0', id, ...(method === 'initialize' ? { result } : { error }) }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => new Promise((resolve) => server.close(() => resolve())));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
  const quoting: Check = {
    id: 'test/quotes',
    title: 'It quotes',
    level: 'must',
    remedy: 'None.',
    spec: [],
    transports: ['streamable-http'],
    revisions: ['2025-11-25'],
    async run(context) {
      const session = await context.open();
      const { error } = await session.request('ping');
      throw Object.assign(new Error(`it said ${JSON.stringify(error)}`));
    },
  };
  const headers = { Authorization: 'Bearer hush-hush-value' };
  const report = await run({
    target: { transport: 'streamable-http', url, headers },
    revisions: ['2025-11-25'],
    only: ['jsonrpc/ping', 'test/quotes'],
    checks: [...(await import('../../src/index.js')).checks.filter(({ id }) => id === 'jsonrpc/ping'), quoting],
  });
  expect(report.outcomes.map(({ verdict }) => verdict)).toEqual(['fail', 'inconclusive']);
  expect(JSON.stringify(report.outcomes[0]?.received)).toContain('no right for');
  expect(report.outcomes[1]?.reason).toContain('no right for');
  expect(JSON.stringify(report)).toContain('[redacted]');
  expect(JSON.stringify(report)).not.toMatch(/hush-hush|of-its-own/);
});
