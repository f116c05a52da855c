import type { Claim, ClaimMeasurement } from './claim.js';

const source = { file: '000_aa34de45b8fa46a5.txt', title: 'stdio or SSE: choosing how an MCP service communicates' };

const toSetUp = (link: string, label: string, roundTripMs: number): ClaimMeasurement => ({
  label: `${label}, round trip of ${roundTripMs} ms`,
  scenario: 'setup/sse',
  params: { link, roundTripMs },
  target: 'mcpwire',
  metric: 'roundTrips',
  unit: 'round trips',
});

const toLatency = (loop: string, roundTripMs: number, metric: 'p50Us' | 'p99Us'): ClaimMeasurement => ({
  label: `request to answer, emulated round trip of ${roundTripMs} ms, ${loop} loop, ${metric === 'p50Us' ? 'p50' : 'p99'}`,
  scenario: 'latency/request',
  params: { carrier: 'sse', loop, bytes: 100, roundTripMs },
  target: 'mcpwire',
  metric,
  unit: 'ms',
  scale: 1 / 1000,
});

const toPush = (roundTripMs: number): ClaimMeasurement => ({
  label: `server to client, unasked, emulated round trip of ${roundTripMs} ms, p50`,
  scenario: 'latency/push',
  params: { carrier: 'sse', loop: 'open', bytes: 100, roundTripMs },
  target: 'mcpwire',
  metric: 'p50Us',
  unit: 'ms',
  scale: 1 / 1000,
});

const idle = [
  { streams: 65_536, heartbeatMs: 15_000, holdMs: 60_000 },
  { streams: 10_000, heartbeatMs: 5000, holdMs: 15_000 },
  { streams: 2000, heartbeatMs: 2000, holdMs: 4000 },
] as const;

const ofStreams = (metric: string, label: string, unit: string): readonly ClaimMeasurement[] =>
  idle.map((params) => ({
    label: `${label}, ${params.streams} streams with a heartbeat every ${params.heartbeatMs / 1000} s`,
    scenario: 'connections/sse',
    params,
    target: 'mcpwire',
    metric,
    unit,
  }));

const beating = [
  { streams: 1000, heartbeatMs: 1000 },
  { streams: 10_000, heartbeatMs: 1000 },
  { streams: 10_000, heartbeatMs: 5000 },
  { streams: 10_000, heartbeatMs: 15_000 },
] as const;

const toRecovery = (metric: string, label: string, unit: string): ClaimMeasurement => ({
  label,
  scenario: 'resumption/recover',
  params: { waitMs: 20, roundTripMs: 0 },
  target: 'mcpwire',
  metric,
  unit,
});

/** Claims about HTTP+SSE. */
export const sseClaims: readonly Claim[] = [
  {
    id: 'sse-setup',
    claim: 'connecting takes 1.2 round trips, "TCP and TLS"',
    source,
    measurements: [
      { ...toSetUp('tls', 'TCP, TLS 1.3 and the `endpoint` event', 50), claimed: { kind: 'about', value: 1.2, within: 1.25 } },
      toSetUp('tcp', 'TCP alone and the `endpoint` event', 50),
      toSetUp('tls-resumed', 'TLS 1.3 resumed', 50),
      toSetUp('h2', 'HTTP/2 over TLS 1.3', 50),
      toSetUp('tls', 'TCP, TLS 1.3 and the `endpoint` event', 100),
    ],
    why: 'TCP takes one round trip to connect, TLS 1.3 one more, and the GET with its `endpoint` event a third; nothing can be sent before that. A resumed TLS session saves work but, without early data, which Node does not send, no round trip. HTTP/2 saves none on a first connection.',
  },
  {
    id: 'sse-latency',
    claim: '3–5 ms on a LAN, 80–120 ms on the public Internet',
    source,
    measurements: [
      { ...toLatency('open', 4, 'p50Us'), claimed: { kind: 'about', value: 4, within: 1.25 } },
      toLatency('open', 4, 'p99Us'),
      toLatency('closed', 4, 'p50Us'),
      { ...toLatency('open', 100, 'p50Us'), claimed: { kind: 'about', value: 100, within: 1.25 } },
      toLatency('open', 100, 'p99Us'),
      toLatency('closed', 0, 'p50Us'),
      toPush(4),
      toPush(100),
    ],
    why: 'The network is emulated with the round trips in the middle of what is claimed. What remains beyond the round trip is the transport, and the emulation’s own error in relay/accuracy; the claimed figures are those of the network, and SSE adds little to them. What the server sends by itself takes half.',
  },
  {
    id: 'sse-connections',
    claim: 'about 65 K connections a server, limited by file descriptors',
    source,
    measurements: [
      {
        ...(ofStreams('held', 'held', 'connections')[0] as ClaimMeasurement),
        // More than this was not asked for, so it shows no more than that the claimed number is reached.
        claimed: { kind: 'about', value: 65_536, within: 1.01 },
      },
      ...ofStreams('held', 'held', 'connections').slice(1),
      ...ofStreams('reached', 'received a broadcast', 'connections'),
      ...ofStreams('userKiBEach', 'memory of the server processes, each', 'KiB'),
      ...ofStreams('kernelKiBEach', 'memory of the kernel for both ends, each', 'KiB'),
      ...ofStreams('connectionsPerSecond', 'opened a second', '/s'),
    ],
    why: 'What ends it is what the machine was told: the descriptors of a process (ulimit), then the ports of a client address, then memory. 65,536 is the number of ports, and those limit what one client address opens to one server address, not what a server holds. Several server processes share the streams where one may not have as many descriptors.',
    unmeasured: 'Ask for it: `bench --only connections/sse --connections 65536` takes some minutes, and no profile does that unasked.',
  },
  {
    id: 'heartbeat',
    claim: 'a comment line every 5 s; a keep-alive of 15 to 30 s',
    source,
    measurements: [
      ...ofStreams('heartbeatCpuPercent', 'CPU of one core for the heartbeats', '%'),
      ...beating.map(
        ({ streams, heartbeatMs }): ClaimMeasurement => ({
          label: `server CPU a second, ${streams} streams with a heartbeat every ${heartbeatMs / 1000} s`,
          scenario: 'cost/heartbeat',
          params: { streams, heartbeatMs },
          target: 'mcpwire',
          metric: 'serverCpuMsPerSecond',
          unit: 'ms',
        }),
      ),
      ...ofStreams('beatsEach', 'heartbeats that arrived while the streams were held, each', ''),
    ],
    why: 'A heartbeat is one small write for each stream: the cost is in proportion to the streams and to how often they beat, so that 15 s costs a third of 5 s. It is there for proxies, which commonly give up on what is quiet for a minute.',
    unmeasured: 'The profiles standard and full hold streams with heartbeats; this run did not.',
  },
  {
    id: 'compression',
    claim: 'compress event payloads (it says snappy)',
    source,
    measurements: (['gzip', 'brotli'] as const).flatMap((coding) => [
      {
        label: `${coding}, 10 KiB an event: bytes left`,
        scenario: 'cost/compression',
        params: { coding, bytes: 10_240 },
        target: 'mcpwire',
        metric: 'percentLeft',
        unit: '%',
      },
      {
        label: `${coding}, 10 KiB an event: time added to each`,
        scenario: 'cost/compression',
        params: { coding, bytes: 10_240 },
        target: 'mcpwire',
        metric: 'addedUs',
        unit: 'µs',
      },
    ]),
    why: 'No browser and no HTTP client knows snappy as a content coding, so it is not there to be measured. What they know saves bytes for CPU time, for each event anew, as each must leave at once.',
    unmeasured: 'cost/compression was not part of this run. Snappy is no content coding of HTTP.',
  },
  {
    id: 'comparison-sse',
    claim: 'stdio: full duplex, no TLS; SSE: half duplex, HTTP/2, Last-Event-ID, HTTPS',
    source,
    measurements: [
      { ...toSetUp('h2', 'HTTP+SSE over HTTP/2 works; set-up', 50) },
      { ...toSetUp('tls', 'and over TLS; set-up', 50) },
      toRecovery('recoverMs', 'Streamable HTTP with Last-Event-ID, told to come back after 20 ms: recovered from a cut after, p50', 'ms'),
      toRecovery('lost', 'messages that were lost by that', ''),
      toRecovery('twice', 'messages that came twice by that', ''),
    ],
    why: 'Both carry messages both ways at any time: over SSE by one stream and POSTs beside it. HTTP+SSE has no Last-Event-ID in MCP: its revision defines no resumption, and a new stream is a new session. Streamable HTTP has it.',
    unmeasured: 'This run set nothing up over TLS, and cut no connection.',
  },
  {
    id: 'decision-tree',
    claim: 'remote? SSE. Microseconds? stdio. Several clients? SSE',
    source,
    measurements: [],
    why: '',
    unmeasured:
      'It is advice, and no figure: `bench advise` asks the same, answers with this machine’s figures, and has Streamable HTTP as an outcome.',
  },
];
