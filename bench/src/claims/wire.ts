import type { Claim } from './claim.js';

const source = { file: '003_2e49f3948d888a42.txt', title: 'What SSE looks like on the wire' };

/** Claims about the bytes. They are true or not whatever the machine: tests decide them. */
export const wireClaims: readonly Claim[] = [
  {
    id: 'five-requests',
    claim:
      'a tool call over HTTP+SSE takes GET /sse and four POSTs, each answered 202 "Accepted", the answers arriving as `message` events',
    source,
    measurements: [],
    why: '',
    unmeasured: 'It is no figure: a test of this project drives exactly this exchange.',
  },
  {
    id: 'event-ids',
    claim: 'each event has an id: 51, e9, 109, f0bd',
    source,
    measurements: [],
    why: '',
    unmeasured: 'It is no figure, and wrong: these are sizes of HTTP chunks, in hexadecimal; HTTP+SSE’s events have no id.',
  },
  {
    id: 'large-result',
    claim: 'a page of 61 KB arrives in three TCP segments as one event',
    source,
    measurements: [
      {
        label: 'an answer of 10 KiB over HTTP+SSE, p50',
        scenario: 'latency/request',
        params: { carrier: 'sse', loop: 'closed', bytes: 10_240, roundTripMs: 0 },
        target: 'mcpwire',
        metric: 'p50Us',
        unit: 'µs',
      },
      {
        label: 'an answer of 1 MiB over HTTP+SSE, p50',
        scenario: 'latency/request',
        params: { carrier: 'sse', loop: 'closed', bytes: 1_048_576, roundTripMs: 0 },
        target: 'mcpwire',
        metric: 'p50Us',
        unit: 'µs',
      },
    ],
    why: 'How many segments it takes is up to the network; the loopback interface has segments of 64 KiB. An event is whole when its empty line has come, however it was cut: tests decode it from any split.',
    unmeasured: 'latency/request has these sizes in the profiles standard and full.',
  },
  {
    id: 'end-of-stream',
    claim: 'the result ends the HTTP response',
    source,
    measurements: [
      {
        label: 'streams that were still open at the end, of 2000 held',
        scenario: 'connections/sse',
        params: { streams: 2000, heartbeatMs: 2000, holdMs: 4000 },
        target: 'mcpwire',
        metric: 'held',
        unit: 'streams',
        claimed: { kind: 'at-most', value: 0 },
      },
    ],
    why: 'The stream of HTTP+SSE stays open until a side closes it, and carries all that comes. An answer of Streamable HTTP does end its response.',
    unmeasured: 'connections/sse in this size is part of the profile standard.',
  },
];
