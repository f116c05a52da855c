import { CorrectServer } from './correct-server.js';
import { sse } from './faults/sse.js';
import { SseWire } from './sse-wire.js';

/**
 * Starts the correct server over HTTP+SSE, or one with this fault, in this process.
 *
 * @param {string} [name]
 * @param {number} [port]
 * @returns {Promise<{ url: string, close(): Promise<void> }>}
 */
export async function startSse(name, port = 0) {
  const fault = name === undefined ? undefined : sse[name];
  if (name !== undefined && !fault) throw new Error(`There is no fault ${name}`);
  const wire = new SseWire((send) => {
    const server = new CorrectServer(send);
    server.legacy = ['2024-11-05'];
    server.modern = [];
    return server;
  });
  fault?.apply({ wire });
  return { url: await wire.start(port), close: () => wire.close() };
}
