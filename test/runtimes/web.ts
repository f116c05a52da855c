/*
 * What the web adapters serve, on a runtime that is not Node: the HTTP adapter by itself, the transport contract over HTTP+SSE and
 * Streamable HTTP, and a conversation in each era. Run by scripts/test-runtimes.js with Bun and Deno; ends with `N passed, N failed`.
 */
import { selectCases, type TransportFixture } from '../../packages/conformance/dist/contract/index.js';
import { type HttpHandler, readBodyText } from '../../packages/http/dist/index.js';
import { toFetchHandler } from '../../packages/http/dist/web.js';
import { runtime, serveFetch } from '../../packages/http/test/fixtures/own-server.ts';
import { Peer, type Transport } from '../../packages/jsonrpc/dist/index.js';
import { SSEClientTransport } from '../../packages/transport-sse/dist/client.js';
import { createSSEHandler } from '../../packages/transport-sse/dist/server.js';
import { sseFixture } from '../../packages/transport-sse/test/fixtures/sse-fixture.ts';
import { Relay } from '../../packages/transport-sse/test/support/relay.ts';
import { StreamableHTTPClientTransport } from '../../packages/transport-streamable-http/dist/client.js';
import { createStreamableHTTPHandler } from '../../packages/transport-streamable-http/dist/server.js';
import { realPairFixture } from '../../packages/transport-streamable-http/test/fixtures/real-pair-fixture.ts';

type Test = () => Promise<void>;

/** No check may hang the run. */
const LIMIT_MS = 150_000;

const tests = new Map<string, Test>();

interface Served {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves a handler by the runtime's own HTTP server, through the web adapter. */
function serve(handler: HttpHandler): Served {
  const fetchHandler = toFetchHandler(handler, { onerror: () => {} });
  const { url, stop } = serveFetch(fetchHandler);
  return {
    url,
    async close() {
      await Promise.all([fetchHandler.close({ graceMs: 0 }), stop()]);
    },
  };
}

function equal(actual: unknown, expected: unknown): void {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`expected ${b}, and it is ${a}`);
}

tests.set('http: a body is read whole, and a stream arrives bit by bit', async () => {
  const served = serve(async (request) => {
    if (request.method === 'POST') return { status: 200, body: (await readBodyText(request)).toUpperCase() };
    return {
      status: 200,
      headers: { 'content-type': 'text/event-stream' },
      async body(sink) {
        for (let i = 0; i < 3; i++) {
          sink.write(`data: ${i}\n\n`);
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      },
    };
  });
  equal(await (await fetch(served.url, { method: 'POST', body: 'abc' })).text(), 'ABC');
  const chunks: string[] = [];
  const decoder = new TextDecoder();
  for await (const chunk of (await fetch(served.url)).body as ReadableStream<Uint8Array>) chunks.push(decoder.decode(chunk));
  equal(chunks.join(''), 'data: 0\n\ndata: 1\n\ndata: 2\n\n');
  if (chunks.length < 2) throw new Error('The stream arrived all at once.');
  await served.close();
});

tests.set('http: the headers of a stream that has nothing to say yet arrive at once', async () => {
  const served = serve(() => ({ status: 200, headers: { 'content-type': 'text/event-stream' }, body: (sink) => sink.flush() }));
  const controller = new AbortController();
  const { status } = await fetch(served.url, { signal: controller.signal });
  equal(status, 200);
  controller.abort();
  await served.close();
});

tests.set('http: a client that goes aborts the handler', async () => {
  let aborted = (): void => {};
  const gone = new Promise<void>((resolve) => {
    aborted = resolve;
  });
  const served = serve(() => ({
    status: 200,
    headers: { 'content-type': 'text/event-stream' },
    body(sink) {
      sink.write(': open\n\n');
      const timer = setInterval(() => sink.write(': more\n\n'), 20);
      sink.onclose = () => {
        clearInterval(timer);
        aborted();
      };
    },
  }));
  const controller = new AbortController();
  const response = await fetch(served.url, { signal: controller.signal });
  await (response.body as ReadableStream<Uint8Array>).getReader().read();
  controller.abort();
  await gone;
  await served.close();
});

/** Serves whoever connects. */
async function echo(transport: Transport): Promise<void> {
  const peer = new Peer(transport);
  peer.handle('initialize', () => ({ protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 'echo', version: '1' } }));
  peer.handle('echo', async ({ text }, context) => {
    await context.progress(1, 2);
    return { text };
  });
  await peer.start();
}

async function converse(transport: Transport, era: 'legacy' | 'modern'): Promise<void> {
  const peer = new Peer(transport);
  await peer.start();
  const clientInfo = { name: 'test', version: '1' };
  const meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} };
  if (era === 'legacy') {
    await peer.request('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo });
    await peer.notify('notifications/initialized');
  }
  const progress: number[] = [];
  for (let i = 0; i < 20; i++) {
    const params = { text: `${i} ünïcödé 世界`, ...(era === 'modern' && { _meta: meta }) };
    equal(await peer.request('echo', params, { onprogress: (seen) => progress.push(seen.progress) }), { text: params.text });
  }
  equal(progress.length, 20);
  await peer.close();
}

tests.set('sse: a conversation', async () => {
  const handler = createSSEHandler({ onconnect: echo });
  const served = serve(handler);
  await converse(new SSEClientTransport(`${served.url}/sse`), 'legacy');
  await handler.close({ graceMs: 0 });
  await served.close();
});

for (const era of ['legacy', 'modern'] as const) {
  tests.set(`streamable-http: a conversation in the ${era} era`, async () => {
    const handler = createStreamableHTTPHandler({ onsession: echo, onrequest: echo });
    const served = serve(handler);
    await converse(new StreamableHTTPClientTransport(`${served.url}/mcp`), era);
    await handler.close({ graceMs: 0 });
    await served.close();
  });
}

/** What does not apply is printed. */
function addContract(name: string, fixture: TransportFixture): void {
  const { applicable, notApplicable } = selectCases(fixture);
  for (const { id, title, run, limitMs } of applicable) {
    // It ends a hang and says nothing about speed: some cases are thousands of POSTs, and the machine may be shared.
    tests.set(`${name}: ${id}: ${title}`, () => run(fixture, { limitMs: 4 * limitMs }));
  }
  for (const { case: skipped, missing } of notApplicable) {
    console.log(
      `SKIPPED ${name}: ${skipped.id}: ${skipped.title}\n        it needs ${missing.join(', ')}, which this medium does not have`,
    );
    skippedCount++;
  }
}
let skippedCount = 0;

const sseOverFetch = sseFixture(
  {
    name: 'the server of the runtime',
    async serve(handler) {
      const { url, close } = serve(handler);
      const relay = await Relay.to({ host: '127.0.0.1', port: Number(new URL(url).port) });
      return {
        url: `http://127.0.0.1:${relay.port}`,
        // So that what is none of the client's goes by it too: undici is Node's.
        clientOptions: { fetch },
        relay,
        async dispose() {
          await relay.close();
          await close();
        },
      };
    },
  },
  { maxConcurrentPosts: 1 },
);
// More than on Node: what these runtimes and the kernel buffer of a stream that nobody reads is theirs to say.
addContract('sse', { ...sseOverFetch, maxInTransitBytes: 32 * 1024 * 1024 });
addContract(
  'streamable-http',
  realPairFixture({
    name: 'fetch',
    maxInTransitBytes: 32 * 1024 * 1024,
    async serve(handler) {
      const { url, close } = serve(handler);
      return { url, options: {}, fetch: (init) => fetch(url, init), close };
    },
  }),
);

const only = process.argv[2] ?? '';
const failed: string[] = [];
let passed = 0;
for (const [name, test] of tests) {
  if (!name.includes(only)) continue;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`It took longer than ${LIMIT_MS} ms.`)), LIMIT_MS);
  });
  try {
    await Promise.race([test(), late]);
    passed++;
  } catch (error) {
    failed.push(name);
    console.log(`FAILED ${name}\n${error instanceof Error ? error.stack : String(error)}\n`);
  } finally {
    clearTimeout(timer);
  }
}
console.log(`${runtime}: ${passed} passed, ${failed.length} failed, ${skippedCount} skipped`);
process.exit(failed.length > 0 ? 1 : 0);
