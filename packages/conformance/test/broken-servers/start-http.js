import { CorrectServer } from './correct-server.js';
import { streamableHttp } from './faults/streamable-http.js';
import { variants } from './http-variants.js';
import { HttpWire } from './http-wire.js';

/**
 * Starts a correct server over Streamable HTTP, by the name of its variant (`plain` without one), or one with a fault, in this process.
 *
 * @param {string} [name] of a fault, or of a variant
 * @param {number} [port]
 * @returns {Promise<{ url: string, headers?: Record<string, string>, close(): Promise<void> }>} `headers` are needed with each request
 */
export async function startHttp(name = 'plain', port = 0) {
  const fault = streamableHttp[name];
  const variant = variants[fault?.variant ?? (fault ? 'plain' : name)];
  if (!variant) throw new Error(`There is no fault and no variant ${name}`);
  const wire = new HttpWire((send) => {
    const server = new CorrectServer(send);
    server.legacy = wire.versions;
    server.modern = [];
    // Something of its own to say.
    server.initialized = () => send({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' });
    return server;
  });
  variant.apply({ wire });
  fault?.apply({ wire });
  const url = await wire.start(port);
  return { url, ...(variant.headers && { headers: variant.headers }), close: () => wire.close() };
}
