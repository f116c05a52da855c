import type { Claim, ClaimMeasurement } from './claim.js';

const source = { file: '001_5c75b1d594cb4c59.txt', title: 'Streamable HTTP' };

const toReuse = (link: string, connections: number, label: string, metric: string, unit: string): ClaimMeasurement => ({
  label,
  scenario: 'http/reuse',
  params: { link, connections, window: 32, roundTripMs: 0 },
  target: 'mcpwire',
  metric,
  unit,
});

const toChunks = (carrier: string, streams: number, metric: string, label: string, unit: string): ClaimMeasurement => ({
  label,
  scenario: 'streaming/chunks',
  params: { carrier, streams, ...(streams === 1 ? { everyMs: 5 } : { everyMs: 20 }), chunks: 20, bytes: 100 },
  target: 'mcpwire',
  metric,
  unit,
});

const toEcho = (carrier: string, target: string, window: number, metric: string, label: string, unit: string): ClaimMeasurement => ({
  label,
  scenario: 'grpc/echo',
  params: { carrier, bytes: 100, window },
  target,
  metric,
  unit,
});

/** Claims about Streamable HTTP. */
export const streamableHttpClaims: readonly Claim[] = [
  {
    id: 'streaming-echo',
    claim: 'an echo server streams the answer chunk by chunk while the client is still being served',
    source,
    measurements: [
      {
        ...toChunks('http', 1, 'waitedForEnd', 'chunks that came only when the answer was due', ''),
        claimed: { kind: 'at-most', value: 0 },
      },
      toChunks('http', 1, 'firstChunkUs', 'from the request to the first chunk over Streamable HTTP, p50', 'µs'),
      toChunks('sse', 1, 'firstChunkUs', 'the same over HTTP+SSE', 'µs'),
      toChunks('stdio', 1, 'firstChunkUs', 'the same over stdio', 'µs'),
      toChunks('http', 1, 'gapP99Ms', 'gap between chunks that were sent 5 ms apart, p99', 'ms'),
      toChunks('http', 100, 'firstChunkUs', 'to the first chunk, 100 calls at once, p50', 'µs'),
      toChunks('http', 100, 'waitedForEnd', 'chunks that came only when the answer was due, 100 calls at once', ''),
      {
        label: 'unasked messages of a server, p50 from the time each was meant for to its arrival',
        scenario: 'latency/push',
        params: { carrier: 'http', loop: 'open', bytes: 100, roundTripMs: 0 },
        target: 'mcpwire',
        metric: 'p50Us',
        unit: 'ms',
        scale: 1 / 1000,
      },
    ],
    why: 'What is sent a few milliseconds apart arrives each by itself, before the stream ends: none waits for the end. In MCP what is streamed are messages, progress and log entries before an answer; an answer itself is one message and comes whole.',
    unmeasured: 'streaming/chunks and latency/push are not part of the quick profile.',
  },
  {
    id: 'persistent-connection',
    claim: 'one connection serves many requests and saves set-up',
    source,
    measurements: [
      { ...toReuse('http1', 1, 'requests a second, one connection that is kept', 'requestsPerSecond', '/s') },
      { ...toReuse('http1-new', 32, 'requests a second, a new connection for each', 'requestsPerSecond', '/s') },
      { ...toReuse('http1', 1, 'requests a connection when kept', 'requestsPerConnection', '') },
      ...(['tcp', 'tls', 'tls-resumed'] as const).map(
        (link): ClaimMeasurement => ({
          label: `server CPU of a new connection and its first request, ${{ tcp: 'plain TCP', tls: 'TLS 1.3', 'tls-resumed': 'TLS 1.3 resumed' }[link]}`,
          scenario: 'cost/tls',
          params: { link, bytes: 100, window: 16 },
          target: 'mcpwire',
          metric: 'serverCpuUsPerConnection',
          unit: 'µs',
        }),
      ),
    ],
    why: 'A kept connection saves the round trips of TCP and TLS and, with nothing emulated in between, the handshake’s arithmetic.',
    unmeasured: 'http/reuse is not part of the quick profile.',
  },
  {
    id: 'http2',
    claim: 'multiplexed streams cut latency under concurrency',
    source,
    measurements: [
      { ...toReuse('h2', 1, 'HTTP/2, one connection, 32 streams: p50', 'p50Us', 'µs') },
      { ...toReuse('http1', 1, 'HTTP/1.1, 1 connection: p50', 'p50Us', 'µs') },
      { ...toReuse('http1', 6, 'HTTP/1.1, 6 connections: p50', 'p50Us', 'µs') },
      { ...toReuse('http1', 32, 'HTTP/1.1, 32 connections: p50', 'p50Us', 'µs') },
    ],
    why: 'With 32 requests at once, one connection of HTTP/1.1 serves them one after another, and six share them. As many connections as requests leave nothing to wait for; HTTP/2 gets that with one connection, and pays for it with its framing.',
    unmeasured: 'http/reuse is not part of the quick profile.',
  },
  {
    id: 'metadata',
    claim: 'headers carry authentication and routing',
    source,
    measurements: [
      {
        label: 'checking a bearer token',
        scenario: 'cost/token',
        params: { check: 'bearer' },
        target: 'mcpwire',
        metric: 'usPerRequest',
        unit: 'µs',
      },
      {
        label: 'checking Host and Origin',
        scenario: 'cost/token',
        params: { check: 'origin' },
        target: 'mcpwire',
        metric: 'usPerRequest',
        unit: 'µs',
      },
    ],
    why: 'Looking at headers is a small part of a request. What a token costs is what it takes to verify it, which is up to its kind; here it is looked up in memory.',
    unmeasured: 'cost/token is not part of the quick profile.',
  },
  {
    id: 'grpc',
    claim: 'gRPC over HTTP/2 is the alternative',
    source,
    measurements: [
      toEcho('grpc', 'grpc', 16, 'messagesPerSecond', 'gRPC, a call for each message, 16 in flight', '/s'),
      toEcho('grpc-stream', 'grpc', 16, 'messagesPerSecond', 'gRPC, on one stream both ways, 16 in flight', '/s'),
      toEcho('http', 'mcpwire', 16, 'messagesPerSecond', 'Streamable HTTP, a POST for each message, 16 in flight', '/s'),
      toEcho('sse', 'mcpwire', 16, 'messagesPerSecond', 'HTTP+SSE, 16 in flight', '/s'),
      toEcho('grpc', 'grpc', 1, 'p50Us', 'gRPC, one call at a time, p50', 'µs'),
      toEcho('grpc-stream', 'grpc', 1, 'p50Us', 'gRPC, on one stream, one at a time, p50', 'µs'),
      toEcho('http', 'mcpwire', 1, 'p50Us', 'Streamable HTTP, one POST at a time, p50', 'µs'),
    ],
    why: 'gRPC carries no MCP: what is compared is an echo of the same text. Its calls go over one connection of HTTP/2 in Node’s own implementation, whose framing costs more than that of HTTP/1.1; a stream that stays open saves that, as a stream of events does.',
    unmeasured: 'grpc/echo is not part of the quick profile.',
  },
  {
    id: 'comparison-http',
    claim: 'stdio, SSE and Streamable HTTP by direction, network, web-friendliness, metadata',
    source,
    measurements: [],
    why: '',
    unmeasured: 'It is a table of properties, and no figure: the report’s feature matrix answers it.',
  },
];
