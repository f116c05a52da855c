import type { Claim } from './claim.js';

const source = { file: '000_aa34de45b8fa46a5.txt', title: 'stdio or SSE: choosing how an MCP service communicates' };

/** Claims about stdio. */
export const stdioClaims: readonly Claim[] = [
  {
    id: 'stdio-throughput',
    claim: 'stdio carries up to 2.1 GB/s (i7-12700K)',
    source,
    measurements: [
      {
        label: 'raw bytes, 64 KiB writes',
        scenario: 'stdio/bytes',
        params: { layer: 'raw', bytes: 65_536 },
        target: 'floor',
        metric: 'gigabytesPerSecond',
        unit: 'GB/s',
        claimed: { kind: 'about', value: 2.1, within: 1.5 },
      },
      ...[65_536, 1_048_576, 16_777_216].flatMap((bytes) =>
        (['framed', 'parsed'] as const).map((layer) => ({
          label: `${layer === 'framed' ? 'cut into lines, not parsed' : 'JSON built and parsed'}, ${bytes / 1024} KiB a message`,
          scenario: 'stdio/bytes',
          params: { layer, bytes },
          target: 'floor',
          metric: 'gigabytesPerSecond',
          unit: 'GB/s',
        })),
      ),
      {
        label: 'JSON built and parsed by mcpwire, 64 KiB a message',
        scenario: 'stdio/bytes',
        params: { layer: 'parsed', bytes: 65_536 },
        target: 'mcpwire',
        metric: 'gigabytesPerSecond',
        unit: 'GB/s',
      },
    ],
    why: 'The claimed figure is one of bytes that nobody looks at. MCP messages are lines of JSON: finding the lines costs a part of it, and building and parsing JSON most of the rest, so no MCP server sees the raw figure.',
  },
  {
    id: 'stdio-latency',
    claim: '0.3 µs on average, "with memory-mapped I/O"',
    source,
    measurements: [
      {
        label: 'round trip of 100 B, parsed (mcpwire)',
        scenario: 'stdio/ping-pong',
        params: { bytes: 100 },
        target: 'mcpwire',
        metric: 'p50Us',
        unit: 'µs',
        claimed: { kind: 'about', value: 0.3, within: 2 },
      },
      {
        label: 'the same with the JSON floor',
        scenario: 'stdio/ping-pong',
        params: { bytes: 100 },
        target: 'floor',
        metric: 'p50Us',
        unit: 'µs',
      },
      {
        label: 'the same lines, never parsed',
        scenario: 'stdio/ping-pong',
        params: { bytes: 100 },
        target: 'floor-unparsed',
        metric: 'p50Us',
        unit: 'µs',
      },
    ],
    why: 'Memory that two processes map has no system call and no wake-up in it, and is no pipe. Over a pipe each message costs a write, a wake-up of the other process and a read, each way; the unparsed row is that alone, and no code above it can be faster.',
  },
  {
    id: 'stdio-single-channel',
    claim: 'strictly one channel, no multiplexing',
    source,
    measurements: [
      {
        label: 'answers that overtook an earlier request, of 64 in flight',
        scenario: 'stdio/multiplex',
        params: { requests: 64 },
        target: 'mcpwire',
        metric: 'outOfOrderAnswers',
        unit: 'answers',
        claimed: { kind: 'at-most', value: 0 },
      },
      { label: 'all 64 took', scenario: 'stdio/multiplex', params: { requests: 64 }, target: 'mcpwire', metric: 'wallMs', unit: 'ms' },
      {
        label: 'one after another they would take',
        scenario: 'stdio/multiplex',
        params: { requests: 64 },
        target: 'mcpwire',
        metric: 'sumOfDelaysMs',
        unit: 'ms',
      },
    ],
    why: 'There is one pair of pipes, and the bytes of one message do not mix with those of another: so far the claim is right. But JSON-RPC ids multiplex requests over it: many are in flight at once, and each is answered when it is ready.',
  },
  {
    id: 'stdio-pipe-buffer',
    claim: 'an anonymous pipe of 64 KB, adjustable',
    source,
    measurements: [
      {
        label: 'taken by the system while the child reads nothing',
        scenario: 'stdio/pipe-buffer',
        params: { chunkBytes: 1024 },
        target: 'floor',
        metric: 'acceptedBytes',
        unit: 'KiB',
        scale: 1 / 1024,
        claimed: { kind: 'about', value: 64, within: 1.1 },
      },
      {
        label: "until Node's stream asked to wait",
        scenario: 'stdio/pipe-buffer',
        params: { chunkBytes: 1024 },
        target: 'floor',
        metric: 'bytesUntilPushBack',
        unit: 'KiB',
        scale: 1 / 1024,
      },
    ],
    why: "A shell's pipe is one, with 64 KiB on Linux. Node's spawn connects a child with a pair of Unix sockets instead, whose buffers are larger and counted with the kernel's bookkeeping, so small writes fill them sooner than large ones. Node sets neither size.",
  },
];
