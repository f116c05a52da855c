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

/** Claims about Streamable HTTP. */
export const streamableHttpClaims: readonly Claim[] = [
  {
    id: 'streaming-echo',
    claim: 'an echo server streams the answer chunk by chunk while the client is still being served',
    source,
    measurements: [
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
    why: 'Messages sent a millisecond apart arrive each by itself, long before the stream ends: none waits for the end. In MCP what is streamed are messages, progress and log entries before an answer; an answer itself is one message and comes whole.',
    unmeasured: 'latency/push is not part of the quick profile.',
  },
  {
    id: 'persistent-connection',
    claim: 'one connection serves many requests and saves set-up',
    source,
    measurements: [
      { ...toReuse('http1', 1, 'requests a second, one connection that is kept', 'requestsPerSecond', '/s') },
      { ...toReuse('http1-new', 32, 'requests a second, a new connection for each', 'requestsPerSecond', '/s') },
      { ...toReuse('http1', 1, 'requests a connection when kept', 'requestsPerConnection', '') },
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
    measurements: [],
    why: '',
    unmeasured: 'There is no gRPC transport of MCP to measure, and the bench has no echo over gRPC yet.',
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
