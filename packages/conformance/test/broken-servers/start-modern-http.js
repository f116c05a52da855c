import { CorrectServer } from './correct-server.js';
import { modernHttp } from './faults/modern-http.js';
import { override } from './faults/override.js';
import { ModernWire } from './modern-wire.js';

const TOKEN = 'correct-server-token';
const METADATA = '/.well-known/oauth-protected-resource/mcp';

/** Correct servers that do what the plain one has no need to. Faults may build on one of them. */
export const variants = {
  /** Asks for authorization, and says where to get it. */
  protected: ({ wire }) => {
    wire.scope = 'mcp';
    wire.metadata = (origin) => ({
      resource: `${origin}/mcp`,
      authorization_servers: ['https://authorization.example'],
      scopes_supported: [wire.scope],
    });
    wire.challenge = (origin, error) =>
      `Bearer resource_metadata="${origin}${METADATA}", scope="${wire.scope}"${error ? `, error="${error}"` : ''}`;
    override(wire, 'handle', (old, request, response) => {
      const origin = `http://${request.headers.host}`;
      const { authorization } = request.headers;
      if (request.url === METADATA) return wire.json(response, 200, wire.metadata(origin));
      if (authorization === `Bearer ${TOKEN}`) return old(request, response);
      const error = authorization?.startsWith('Bearer ') ? 'invalid_token' : undefined;
      response.setHeader('www-authenticate', wire.challenge(origin, error));
      return wire.refuse(response, 401);
    });
  },
  /** Has a prompt that needs a client who can be asked. */
  'needs-a-capability': ({ wire }) => {
    override(wire, 'serve', (old, response, message) => {
      if (message.method !== 'prompts/get') return old(response, message);
      const error = wire.error(message.id, -32021, 'The user has to be asked', { requiredCapabilities: { elicitation: {} } });
      return wire.answer(response, message, error);
    });
  },
  /** Answers each request with an event stream. */
  streams: ({ wire }) => {
    override(wire, 'answer', (old, response, message, answer) => {
      if (!response.headersSent && answer.error === undefined) response.writeHead(200, wire.streamHeaders());
      old(response, message, answer);
    });
  },
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
 * @returns {Promise<{ url: string, headers?: Record<string, string>, close(): Promise<void> }>} `headers` are needed with each request
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
  const variant = fault ? fault.variant : name;
  variants[variant]?.({ wire });
  fault?.apply?.({ wire });
  const url = await wire.start(port);
  return { url, ...(variant === 'protected' && { headers: { Authorization: `Bearer ${TOKEN}` } }), close: () => wire.close() };
}
