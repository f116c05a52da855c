import type { RowSelector } from '../goals/goal.js';

/** What a cell of the matrix rests on: a figure of the run, or a test by its file and name. */
export type Evidence =
  | (RowSelector & { readonly kind: 'measured'; readonly target: string; readonly metric: string; readonly unit: string })
  | { readonly kind: 'test'; readonly file: string; readonly name: string };

export interface FeatureCell {
  readonly text: string;
  readonly evidence: Evidence;
}

export interface Feature {
  readonly title: string;
  /** One for each of `featureColumns`. */
  readonly cells: readonly FeatureCell[];
}

/** The transports that are told apart. */
export const featureColumns: readonly string[] = ['stdio', 'HTTP+SSE', 'Streamable HTTP with sessions', 'Streamable HTTP, 2026-07-28'];

const stdio = 'packages/transport-stdio/test';
const sse = 'packages/transport-sse/test';
const http = 'packages/http/test';
const streamable = 'packages/transport-streamable-http/test';

const test = (text: string, file: string, name: string): FeatureCell => ({ text, evidence: { kind: 'test', file, name } });
const measured = (text: string, selector: RowSelector, metric: string, unit: string, target = 'mcpwire'): FeatureCell => ({
  text,
  evidence: { kind: 'measured', ...selector, target, metric, unit },
});

/** What each transport can do, with what shows it. */
export const features: readonly Feature[] = [
  {
    title: 'Direction',
    cells: [
      test('both ways at once, a pipe each way', `${stdio}/pipe.test.ts`, 'talk both ways at once'),
      test(
        'down one stream, up by POSTs',
        `${sse}/claims.test.ts`,
        'a tool call takes GET /sse and four POSTs, each answered with 202 Accepted',
      ),
      test(
        'answers to POSTs, and a stream for what the server says',
        `${streamable}/server/sessions.test.ts`,
        'carries what the server says by itself, in order',
      ),
      test(
        'answers to POSTs; the server speaks within them only',
        `${streamable}/server/stateless-requirements.test.ts`,
        '68: subscriptions at the same time are told apart',
      ),
    ],
  },
  {
    title: 'Network',
    cells: [
      test(
        'none: the server is a child process',
        `${stdio}/process-group.test.ts`,
        'killed with SIGKILL: its servers end, because their stdin does',
      ),
      measured(
        'any; a call at a round trip of 4 ms, median',
        { scenario: 'latency/request', params: { carrier: 'sse', loop: 'closed', bytes: 100, roundTripMs: 4 } },
        'p50Us',
        'µs',
      ),
      measured(
        'any; a call at a round trip of 4 ms, median',
        { scenario: 'latency/request', params: { carrier: 'http', loop: 'closed', bytes: 100, roundTripMs: 4 } },
        'p50Us',
        'µs',
      ),
      test('any', `${streamable}/server/stateless-requirements.test.ts`, '51: an Mcp-Method that is missing or another is refused'),
    ],
  },
  {
    title: 'Browser',
    cells: [
      test(
        'no: a page starts no process',
        `${stdio}/process-group.test.ts`,
        'killed with SIGKILL: its servers end, because their stdin does',
      ),
      test('yes, by EventSource and fetch', `${sse}/browser.test.ts`, 'talks to our server through EventSource and fetch'),
      test(
        'yes, by fetch, from origins that are let in',
        `${http}/cross-origin.test.ts`,
        'may ask before they send, and are told no more than they asked',
      ),
      test(
        'yes, by fetch, from origins that are let in',
        `${http}/cross-origin.test.ts`,
        'may read what is answered, where a guard lets them in',
      ),
    ],
  },
  {
    title: 'Clients of one server',
    cells: [
      measured(
        'one; a process for each, at its peak',
        { scenario: 'stdio/pipelined', params: { bytes: 100, window: 1024 } },
        'serverPeakRssMiB',
        'MiB',
      ),
      measured(
        'many; heap for each idle one',
        { scenario: 'sse/idle-memory', params: { connections: 1000 } },
        'heapKiBPerConnection',
        'KiB',
      ),
      test('many, a session each', `${streamable}/server/sessions.test.ts`, 'a principal’s session is unknown to every other'),
      test(
        'many, and nothing is kept of them',
        `${streamable}/server/stateless-requirements.test.ts`,
        '59: a session id is ignored and never made, and so is Last-Event-ID',
      ),
    ],
  },
  {
    title: 'Multiplexing',
    cells: [
      measured(
        'by id: answers that overtook others, of 64',
        { scenario: 'stdio/multiplex', params: { requests: 64 } },
        'outOfOrderAnswers',
        '',
      ),
      test(
        'by id, on one stream',
        `${sse}/client.test.ts`,
        'uses as many connections as maxConcurrentPosts at most, and all messages leave',
      ),
      measured(
        'a POST each; eight times as many in flight take as long, times',
        { scenario: 'http/in-flight', params: { fewer: 1000, more: 8000 } },
        'growth',
        '×',
      ),
      test(
        'a POST each; with HTTP/2 on one connection',
        `${http}/http2.test.ts`,
        'sends a burst of requests over one connection, beside an open stream',
      ),
    ],
  },
  {
    title: 'Resumption',
    cells: [
      test(
        'none; a crashed server is started again',
        `${stdio}/restart-policy.test.ts`,
        'is started again when it crashes; what it had not answered is answered',
      ),
      test(
        'none: a new stream is a new session',
        `${sse}/reconnect.test.ts`,
        'says that the session is new, where it posts to now, and what was lost',
      ),
      test(
        'from the last event, where they are stored',
        `${streamable}/server/resumption.test.ts`,
        'a client that lost its connection gets the rest of that stream, and of no other',
      ),
      test(
        'none: ask again',
        `${streamable}/server/stateless-requirements.test.ts`,
        '59: a session id is ignored and never made, and so is Last-Event-ID',
      ),
    ],
  },
  {
    title: 'TLS',
    cells: [
      test(
        'nothing leaves the machine',
        `${stdio}/process-group.test.ts`,
        'killed with SIGKILL: its servers end, because their stdin does',
      ),
      measured(
        'TLS 1.3: round trips until it is ready',
        { scenario: 'setup/sse', params: { link: 'tls', roundTripMs: 50 } },
        'roundTrips',
        'round trips',
      ),
      measured(
        'TLS 1.3: round trips until it is ready',
        { scenario: 'setup/http', params: { link: 'tls', roundTripMs: 50 } },
        'roundTrips',
        'round trips',
      ),
      test(
        'TLS 1.3, HTTP/2 or HTTP/1.1 on one port',
        `${http}/http2.test.ts`,
        'gives a client of HTTP/1.1 on the HTTP/2 port the same limits',
      ),
    ],
  },
  {
    title: 'Credentials and metadata',
    cells: [
      test(
        'the environment, of which little is passed on',
        `${stdio}/environment.test.ts`,
        'on POSIX: what a program needs to run, and nothing else',
      ),
      test('headers, of both endpoints', `${sse}/server.test.ts`, 'both endpoints want credentials'),
      test(
        'headers; a session belongs to who opened it',
        `${streamable}/server/sessions.test.ts`,
        'a principal’s session is unknown to every other',
      ),
      test(
        'headers, and the method and name to route by',
        `${streamable}/server/stateless-requirements.test.ts`,
        '51: an Mcp-Method that is missing or another is refused',
      ),
    ],
  },
  {
    title: 'Behind a proxy',
    cells: [
      test('there is none', `${stdio}/process-group.test.ts`, 'killed with SIGKILL: its servers end, because their stdin does'),
      test(
        'it is told not to hold the stream back',
        `${sse}/server.test.ts`,
        'gets an event stream that no proxy holds back, and the endpoint as its first event',
      ),
      test(
        'heartbeats keep a quiet stream',
        `${streamable}/node/transport.test.ts`,
        'keepAliveMs: a comment on a stream that is quiet for so long',
      ),
      test(
        'it is told not to hold a stream back',
        `${streamable}/server/stateless-requirements.test.ts`,
        '62: a stream tells proxies not to hold it back',
      ),
    ],
  },
];
