import { override } from './faults/override.js';

const TOKEN = 'correct-server-token';
const JSON_TYPE = { 'content-type': 'application/json' };

const isProtected = ({ wire }) => {
  wire.challenge = ({ error }) =>
    `Bearer resource_metadata="http://127.0.0.1:${wire.port}/.well-known/oauth-protected-resource/mcp", scope="mcp"${error ? `, error="${error}"` : ''}`;
  wire.unauthorized = (response, details) => {
    response.writeHead(401, { 'www-authenticate': wire.challenge(details), 'content-type': 'text/plain' }).end('Unauthorized\n');
  };
  wire.isAuthorized = ({ headers: { authorization } }, response) => {
    if (authorization === `Bearer ${TOKEN}`) return true;
    wire.unauthorized(response, authorization?.startsWith('Bearer ') ? { error: 'invalid_token' } : {});
    return false;
  };
};

const publishes = ({ wire }) => {
  wire.documents = {
    '/.well-known/oauth-protected-resource/mcp': () => ({
      resource: `http://127.0.0.1:${wire.port}/mcp`,
      authorization_servers: ['https://authorization.example'],
    }),
    '/.well-known/oauth-authorization-server': () => ({
      issuer: 'https://authorization.example',
      authorization_endpoint: 'https://authorization.example/authorize',
      token_endpoint: 'https://authorization.example/token',
      registration_endpoint: 'https://authorization.example/register',
    }),
  };
  override(wire, 'elsewhere', (old, pathname, response) => {
    const document = wire.documents[pathname];
    if (document) response.writeHead(200, JSON_TYPE).end(JSON.stringify(document()));
    else old(pathname, response);
  });
};

/**
 * Correct servers that do what the plain one has no need to. Faults may build on one of them.
 *
 * @type {Record<string, { headers?: Record<string, string>, warns?: string[], apply(broken: { wire: any }): void }>}
 */
export const variants = {
  plain: { apply() {} },
  /** Asks for authorization, and says where to get it. */
  protected: {
    headers: { Authorization: `Bearer ${TOKEN}` },
    apply({ wire }) {
      isProtected({ wire });
      publishes({ wire });
    },
  },
  /** As servers of 2025-03-26 may: without metadata, and so with the default addresses. */
  'protected-without-metadata': {
    warns: ['auth/as-metadata'],
    headers: { Authorization: `Bearer ${TOKEN}` },
    apply({ wire }) {
      isProtected({ wire });
      publishes({ wire });
      wire.documents['/.well-known/oauth-authorization-server'] = undefined;
      for (const path of ['/authorize', '/token', '/register']) wire.documents[path] = () => ({});
    },
  },
  /** Drops the connections of tool calls and of GETs while their streams go on, and lets clients come back. */
  polling: {
    apply({ wire }) {
      wire.retry = 40;
      wire.drop = (stream) => setTimeout(() => stream.response?.end(), 30).unref();
      wire.primeAndDrop = (stream) => {
        const event = { id: wire.eventId(stream), data: '', retry: wire.retry };
        stream.events.push(event);
        stream.send(event);
        wire.drop(stream);
      };
      override(wire, 'prime', (old, stream) => {
        const isSlow = stream.requests?.some(({ params }) => params?.name === 'slow') ?? true;
        if (stream.session.server.revision === '2025-11-25' && isSlow) wire.primeAndDrop(stream);
        else old(stream);
      });
    },
  },
  /** Keeps nothing between requests: no sessions, no streams for GETs. */
  stateless: {
    apply({ wire }) {
      wire.sessionHeaders = () => ({});
      wire.findSession = (request, response) => {
        if (request.method !== 'POST') {
          wire.refuse(response, 405);
          return undefined;
        }
        const session = wire.openSession();
        wire.sessions.delete(session.id);
        session.server.revision = request.headers['mcp-protocol-version'] ?? '2025-03-26';
        return session;
      };
    },
  },
  /** Knows the version from the session, and insists on the header of that version all the same. */
  'insists-on-version': {
    apply({ wire }) {
      override(wire, 'checkVersion', (old, request, response) => {
        const { revision } = wire.sessions.get(request.headers['mcp-session-id'])?.server ?? {};
        if (request.headers['mcp-protocol-version'] !== undefined || revision === undefined || revision < '2025-06-18')
          return old(request, response);
        wire.refuse(response, 400);
        return false;
      });
    },
  },
  /** Looks for the session before it looks at the body, and refuses what has none with a code of its own. */
  'wants-session-first': {
    apply({ wire }) {
      const refuse = (response) => wire.refuseMessage(response, 400, -32000, 'No session');
      override(wire, 'refuseMissing', (_, response) => refuse(response));
      override(wire, 'refuseMalformed', (old, response, code, message) =>
        response.req.headers['mcp-session-id'] === undefined ? refuse(response) : old(response, code, message),
      );
    },
  },
  /** Answers everything with JSON. */
  json: {
    apply({ wire }) {
      wire.streamsAnswer = () => false;
      // Progress has no stream that it could come on.
      override(wire, 'say', (old, session, message) => message.method !== 'notifications/progress' && old(session, message));
    },
  },
};
