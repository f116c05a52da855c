import { CorrectServer } from './correct-server.js';
import { modernHttp } from './faults/modern-http.js';
import { override } from './faults/override.js';
import { ModernWire } from './modern-wire.js';

/** Correct servers that do what the plain one has no need to. */
export const variants = {
  /** Ends a subscription in good order when there is another. */
  'one-subscription-at-a-time': ({ wire }) => {
    let last;
    override(wire, 'serve', (old, response, message) => {
      if (message.method === 'subscriptions/listen') {
        last?.();
        last = () => {
          const _meta = { 'io.modelcontextprotocol/subscriptionId': message.id };
          wire.event(response, { jsonrpc: '2.0', id: message.id, result: { resultType: 'complete', _meta } });
          response.end();
        };
      }
      old(response, message);
    });
  },
};

/**
 * Starts the correct server of 2026-07-28 over Streamable HTTP, or one with this fault, in this process.
 *
 * @param {string} [name] of a fault, or of a variant
 * @param {number} [port]
 * @returns {Promise<{ url: string, close(): Promise<void> }>}
 */
export async function startModernHttp(name, port = 0) {
  const fault = name === undefined ? undefined : modernHttp[name];
  if (name !== undefined && !fault && !variants[name]) throw new Error(`There is no fault ${name}`);
  const wire = new ModernWire((send) => {
    const server = new CorrectServer(send);
    server.legacy = [];
    server.tools = () => wire.tools;
    override(server, 'read', (old, message) =>
      message.params?.uri?.startsWith('test://')
        ? server.cacheable({ contents: [{ uri: message.params.uri, text: 'one' }] })
        : old(message),
    );
    override(server, 'serveCommon', (old, message, answer) =>
      message.method === 'prompts/get' && message.params?.name === 'greet' ? { messages: [] } : old(message, answer),
    );
    fault?.breakServer?.(server);
    return server;
  });
  fault?.apply?.({ wire });
  variants[name]?.({ wire });
  return { url: await wire.start(port), close: () => wire.close() };
}
