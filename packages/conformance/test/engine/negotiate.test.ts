import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { type Driver, Unreachable } from '../../src/driver.js';
import { createDriver } from '../../src/drivers/index.js';
import type { StdioTarget, Target } from '../../src/index.js';
import { negotiate } from '../../src/negotiate.js';
import { scriptServer } from '../support.js';

const LEGACY = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'];
const MODERN = '2026-07-28';
/** Nothing here is allowed to take so long: a test that waits for all of it fails by its own limit. */
const START_MS = 60_000;

const drivers: Driver[] = [];
afterEach(async () => {
  for (const driver of drivers.splice(0)) await driver.close();
});

async function revisionsOf(target: Target, { startMs = START_MS, signal = new AbortController().signal } = {}): Promise<string[]> {
  const driver = createDriver(target, { redact: (text) => text, timeoutMs: 5_000 });
  drivers.push(driver);
  return (await negotiate(driver, { startMs, signal })).map(({ revision }) => revision);
}

/** Answers `initialize` with this expression of `params`, and `server/discover`, unless that is left out, with another after so long. */
function serverThat({ initialize, discover, afterMs = 0 }: { initialize: string; discover?: string; afterMs?: number }): StdioTarget {
  return scriptServer(`
    const say = (message) => console.log(JSON.stringify({ jsonrpc: '2.0', ...message }));
    require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
      const { id, method, params } = JSON.parse(line);
      if (method === 'initialize') say({ id, ...${initialize} });
      ${discover === undefined ? '' : `if (method === 'server/discover') setTimeout(() => say({ id, ...${discover} }), ${afterMs});`}
    });`);
}

const AGREES = `{ result: { protocolVersion: params.protocolVersion, capabilities: {}, serverInfo: { name: 's', version: '1' } } }`;
const REFUSES = `{ error: { code: -32022, message: 'There is no handshake', data: { supported: ['${MODERN}'] } } }`;
const DISCOVERED = `{ result: { resultType: 'complete', supportedVersions: ['${MODERN}'], capabilities: {}, ttlMs: 1, cacheScope: 'public' } }`;

describe('asking for revisions', () => {
  test('does not wait long for a legacy server that says nothing to server/discover', async () => {
    expect(await revisionsOf(serverThat({ initialize: AGREES }))).toEqual(LEGACY);
  });

  test('nor over HTTP for one that never answers the POST', async () => {
    const server = createServer(async (request, response) => {
      let text = '';
      for await (const chunk of request) text += chunk;
      const { id, method, params } = text === '' ? ({} as never) : JSON.parse(text);
      if (method === 'server/discover') return;
      if (method !== 'initialize') return void response.writeHead(request.method === 'POST' ? 202 : 405).end();
      const result = { protocolVersion: params.protocolVersion, capabilities: {}, serverInfo: { name: 's', version: '1' } };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ jsonrpc: '2.0', id, result }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
    try {
      expect(await revisionsOf({ transport: 'streamable-http', url })).toEqual(LEGACY.slice(1));
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  test('waits a moment for one that takes its time', async () => {
    const server = serverThat({ initialize: AGREES, discover: DISCOVERED, afterMs: 400 });
    expect(await revisionsOf(server)).toEqual([...LEGACY, MODERN]);
  });

  test('waits as long as it may for one that has refused initialize', async () => {
    const server = serverThat({ initialize: REFUSES, discover: DISCOVERED, afterMs: 2_500 });
    expect(await revisionsOf(server)).toEqual([MODERN]);
  });

  test('tells what a server said that agreed to nothing', async () => {
    const failed = revisionsOf(serverThat({ initialize: REFUSES }), { startMs: 1_500 });
    await expect(failed).rejects.toThrow(Unreachable);
    await expect(failed).rejects.toThrow(
      /no revision could be agreed on: initialize was answered with an error: .*-32022.*;\n {2}server\/discover was not answered/,
    );
  });

  test('ends with its signal, whose reason it throws', async () => {
    const controller = new AbortController();
    const asking = revisionsOf(scriptServer('setInterval(() => {}, 1000)'), { signal: controller.signal });
    setTimeout(() => controller.abort(new Error('enough')), 100);
    await expect(asking).rejects.toThrow('enough');
  });
});
