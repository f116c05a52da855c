/**
 * The house, floor by floor: each workspace folder and its layer. A package may use what stands on a lower layer, never its own or a
 * higher one. A new package gets a line here and in ARCHITECTURE.md.
 */
export const layers: Readonly<Record<string, number>> = {
  'packages/jsonrpc': 0,
  'packages/event-stream': 0,
  'packages/http': 0,
  'packages/protocol': 1,
  'packages/transport-stdio': 2,
  'packages/transport-sse': 2,
  'packages/transport-streamable-http': 2,
  'packages/connect': 3,
  'packages/conformance': 3,
  'apps/reference-server': 4,
  'apps/gateway': 4,
  'apps/inspector': 4,
  bench: 4,
};

/** A judge that imports what it judges would repeat its mistakes: nothing in `judge`, tests included, may name a package in `judged`. */
export const judge = 'packages/conformance';
export const judged: readonly string[] = [
  'packages/transport-stdio',
  'packages/transport-sse',
  'packages/transport-streamable-http',
  'packages/connect',
];

/** What runs on Node alone, whole: its root entry may load Node built-ins. The judge opens sockets and starts processes. */
export const nodeOnly: readonly string[] = ['packages/conformance'];
