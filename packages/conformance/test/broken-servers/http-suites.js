import { modernHttp } from './faults/modern-http.js';
import { sse } from './faults/sse.js';
import { streamableHttp } from './faults/streamable-http.js';
import { variants } from './http-variants.js';
import { startHttp } from './start-http.js';
import { variants as modernVariants, startModernHttp } from './start-modern-http.js';
import { startSse } from './start-sse.js';

const tools = { probeTool: { name: 'echo', args: { text: 'hello' } }, slowTool: { name: 'slow', args: { ms: 400 } } };

/**
 * The servers of each HTTP transport, with what only this transport's checks catch.
 *
 * - `isOwn`: whether a check is one of these.
 * - `start(fault?)`: the correct server, or one with this fault, in this process; `headers` of it go with each request.
 * - `revisions`: what the correct server has.
 * - `variants`: correct servers that `start` starts by name, each with the checks that warn of what it may do all the same; one without names.
 */
export const suites = {
  sse: {
    name: 'sse',
    title: 'HTTP+SSE',
    transport: 'sse',
    faults: sse,
    file: new URL('./sse-matrix.md', import.meta.url),
    isOwn: ({ transports }) => transports.length === 1 && transports[0] === 'sse',
    start: startSse,
    variants: { '': [] },
    revisions: ['2024-11-05'],
    options: { ...tools, timeoutMs: 2_000, quietMs: 60 },
  },
  'streamable-http': {
    name: 'streamable-http',
    title: 'Streamable HTTP from 2025-03-26 to 2025-11-25',
    transport: 'streamable-http',
    faults: streamableHttp,
    file: new URL('./streamable-http-matrix.md', import.meta.url),
    isOwn: ({ transports, revisions }) =>
      transports.length === 1 && transports[0] === 'streamable-http' && revisions.some((revision) => revision < '2026-07-28'),
    start: startHttp,
    variants: Object.fromEntries(Object.entries(variants).map(([name, { warns = [] }]) => [name, warns])),
    revisions: ['2025-03-26', '2025-06-18', '2025-11-25'],
    options: { ...tools, timeoutMs: 2_000, quietMs: 60 },
  },
  'modern-http': {
    name: 'modern-http',
    title: 'Streamable HTTP in 2026-07-28',
    transport: 'streamable-http',
    faults: modernHttp,
    file: new URL('./modern-http-matrix.md', import.meta.url),
    isOwn: ({ transports, revisions }) => transports.join() === 'streamable-http' && revisions.join() === '2026-07-28',
    start: startModernHttp,
    variants: { '': [], ...Object.fromEntries(Object.keys(modernVariants).map((name) => [name, []])) },
    revisions: ['2026-07-28'],
    options: {
      probeTool: { name: 'echo', args: { text: 'hello', times: 42, loud: true } },
      slowTool: { name: 'slow', args: { ms: 400 } },
      revisions: ['2026-07-28'],
      timeoutMs: 2_000,
      quietMs: 60,
    },
  },
};
