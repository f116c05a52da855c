import { override } from './override.js';

const ID = 'io.modelcontextprotocol/subscriptionId';
const changed = (id, what = 'tools') => ({ jsonrpc: '2.0', method: `notifications/${what}/list_changed`, params: { _meta: { [ID]: id } } });
const status =
  (code, other) =>
  ({ wire }) =>
    override(wire, 'statusOf', (old, answer) => (answer.error?.code === code ? other : old(answer)));
/** Marks a parameter of a tool that nobody gives. */
const mark =
  (properties) =>
  ({ wire }) => {
    wire.tools = wire.tools.map((tool) =>
      tool.name === 'slow' ? { ...tool, inputSchema: { type: 'object', properties: { ms: { type: 'integer' }, ...properties } } } : tool,
    );
  };
const nameUnchecked =
  (method) =>
  ({ wire }) =>
    override(wire, 'nameProblem', (old, message, headers) => {
      const problem = old(message, headers);
      return message.method === method && problem?.endsWith('differs from the body') ? undefined : problem;
    });
const expects =
  (what) =>
  ({ wire }) =>
    override(wire, 'oneParamProblem', (old, argument, value) =>
      argument === what && value === undefined ? 'is missing' : old(argument, value),
    );

/**
 * Faults of Streamable HTTP as 2026-07-28 has it, as in `index.js`: `apply({ wire })` breaks the wire, `breakServer` what serves each request.
 *
 * @type {Record<string, { is: string, caughtBy: string[], neighbours?: Record<string, string>, apply?(broken: { wire: any }): void, breakServer?(server: any): void }>}
 */
export const modernHttp = {
  'version-unchecked': {
    is: 'does not compare MCP-Protocol-Version with the body',
    caughtBy: ['streamable-http/version-header-mismatch-rejected'],
    neighbours: { 'streamable-http/headers-invalid-rejected': 'the header is not looked at' },
    apply: ({ wire }) =>
      override(wire, 'versionProblem', (old, message, headers) =>
        headers['mcp-protocol-version'] === undefined ? old(message, headers) : undefined,
      ),
  },
  'unsupported-is-200': {
    is: 'answers a version that it lacks with status 200',
    caughtBy: ['streamable-http/version-header-unsupported'],
    apply: status(-32022, 200),
  },
  'version-header-optional': {
    is: 'serves requests without MCP-Protocol-Version',
    caughtBy: ['streamable-http/version-header-missing-rejected'],
    apply: ({ wire }) =>
      override(wire, 'versionProblem', (old, message, headers) =>
        headers['mcp-protocol-version'] === undefined ? undefined : old(message, headers),
      ),
  },
  'unknown-method-is-200': {
    is: 'answers unknown methods with status 200',
    caughtBy: ['streamable-http/method-unknown-404'],
    apply: status(-32601, 200),
  },
  'method-header-optional': {
    is: 'serves requests without Mcp-Method',
    caughtBy: ['streamable-http/headers-method-missing'],
    apply: ({ wire }) =>
      override(wire, 'methodProblem', (old, message, headers) => (headers['mcp-method'] === undefined ? undefined : old(message, headers))),
  },
  'name-header-optional': {
    is: 'serves requests without Mcp-Name',
    caughtBy: ['streamable-http/headers-name-missing'],
    apply: ({ wire }) =>
      override(wire, 'nameProblem', (old, message, headers) => (headers['mcp-name'] === undefined ? undefined : old(message, headers))),
  },
  'method-in-any-case': {
    is: 'compares Mcp-Method without regard to case',
    caughtBy: ['streamable-http/headers-method-mismatch'],
    apply: ({ wire }) =>
      override(wire, 'methodProblem', (old, message, headers) =>
        headers['mcp-method']?.toLowerCase() === message.method.toLowerCase() ? undefined : old(message, headers),
      ),
  },
  'tool-name-unchecked': {
    is: 'does not compare Mcp-Name with the name of a tool',
    caughtBy: ['streamable-http/headers-name-mismatch-tools-call'],
    apply: nameUnchecked('tools/call'),
  },
  'resource-name-unchecked': {
    is: 'does not compare Mcp-Name with the URI of a resource',
    caughtBy: ['streamable-http/headers-name-mismatch-resources-read'],
    neighbours: {
      'streamable-http/headers-decoded': 'another name as Base64 is let pass as well',
      'streamable-http/headers-invalid-rejected': 'what is no Base64 is let pass as well',
    },
    apply: nameUnchecked('resources/read'),
  },
  'prompt-name-unchecked': {
    is: 'does not compare Mcp-Name with the name of a prompt',
    caughtBy: ['streamable-http/headers-name-mismatch-prompts-get'],
    apply: nameUnchecked('prompts/get'),
  },
  'trims-everything': {
    is: 'lets bytes beyond ASCII pass in headers',
    caughtBy: ['streamable-http/headers-invalid-rejected', 'streamable-http/param-invalid-rejected'],
    apply: ({ wire }) => {
      wire.plain = (value) => value.trim();
    },
  },
  'header-failure-is-200': {
    is: 'answers a failed validation of headers with status 200',
    caughtBy: ['streamable-http/headers-failure-400'],
    neighbours: {
      'streamable-http/version-header-mismatch-rejected': 'the status is that of all failures',
      'streamable-http/param-mismatch-400': 'the status is that of all failures',
    },
    apply: ({ wire }) => {
      wire.refuseHeaders = (response, { id }, problem) => wire.json(response, 200, wire.error(id, -32020, problem));
    },
  },
  'header-failure-is-32600': {
    is: 'answers a failed validation of headers with the error -32600',
    caughtBy: ['streamable-http/headers-failure-32020'],
    neighbours: {
      'streamable-http/version-header-mismatch-rejected': 'the code is that of all failures',
      'streamable-http/param-mismatch-400': 'the code is that of all failures',
    },
    apply: ({ wire }) => {
      wire.refuseHeaders = (response, { id }, problem) => wire.json(response, 400, wire.error(id, -32600, problem));
    },
  },
  'names-not-decoded': {
    is: 'compares Mcp-Name as it came',
    caughtBy: ['streamable-http/headers-decoded'],
    apply: ({ wire }) =>
      override(wire, 'nameProblem', (old, message, headers) =>
        headers['mcp-name']?.startsWith('=?') ? 'Mcp-Name differs' : old(message, headers),
      ),
  },
  'exact-header-names': {
    is: 'knows Mcp-Method in one spelling only',
    caughtBy: ['streamable-http/headers-case-insensitive'],
    apply: ({ wire }) =>
      override(wire, 'request', (old, request, response, message) => {
        if (!request.rawHeaders.includes('Mcp-Method')) delete request.headers['mcp-method'];
        old(request, response, message);
      }),
  },
  'empty-mark': {
    is: 'lists a tool with an empty x-mcp-header',
    caughtBy: ['streamable-http/param-name-not-empty'],
    apply: mark({ note: { type: 'string', 'x-mcp-header': '' } }),
  },
  'mark-with-space': {
    is: 'lists a tool with an x-mcp-header that can be no header name',
    caughtBy: ['streamable-http/param-name-token'],
    apply: mark({ note: { type: 'string', 'x-mcp-header': 'My note' } }),
  },
  'same-mark-twice': {
    is: 'lists a tool with an x-mcp-header twice',
    caughtBy: ['streamable-http/param-name-unique'],
    apply: mark({ note: { type: 'string', 'x-mcp-header': 'Note' }, memo: { type: 'string', 'x-mcp-header': 'NOTE' } }),
  },
  'number-marked': {
    is: 'lists a tool with an x-mcp-header on a number',
    caughtBy: ['streamable-http/param-primitive'],
    apply: mark({ note: { type: 'number', 'x-mcp-header': 'Note' } }),
  },
  'items-marked': {
    is: 'lists a tool with an x-mcp-header on the items of a list',
    caughtBy: ['streamable-http/param-reachable'],
    apply: mark({ note: { type: 'array', items: { type: 'string', 'x-mcp-header': 'Note' } } }),
  },
  'params-unchecked': {
    is: 'does not compare Mcp-Param headers with the arguments',
    caughtBy: ['streamable-http/param-validated'],
    apply: ({ wire }) => {
      wire.isSame = () => true;
    },
  },
  'param-mismatch-is-invalid-params': {
    is: 'answers Mcp-Param headers that differ with the error -32602',
    caughtBy: ['streamable-http/param-mismatch-400'],
    apply: ({ wire }) =>
      override(wire, 'refuseHeaders', (old, response, message, problem) =>
        problem.startsWith('Mcp-Param')
          ? wire.json(response, 200, wire.error(message.id, -32602, problem))
          : old(response, message, problem),
      ),
  },
  'param-headers-optional': {
    is: 'serves calls without their Mcp-Param headers',
    caughtBy: ['streamable-http/param-missing-rejected'],
    apply: ({ wire }) =>
      override(wire, 'oneParamProblem', (old, argument, value) => (value === undefined ? undefined : old(argument, value))),
  },
  'param-bytes-unchecked': {
    is: 'lets Mcp-Param headers hold any bytes',
    caughtBy: ['streamable-http/param-invalid-rejected'],
    apply: ({ wire }) =>
      override(wire, 'oneParamProblem', (old, argument, value) => {
        if (value !== undefined && (value === argument || value.replace(/\xa0$/, '') === String(argument))) return undefined;
        return old(argument, value);
      }),
  },
  'expects-null': {
    is: 'expects Mcp-Param headers for arguments that are null',
    caughtBy: ['streamable-http/param-null-not-expected'],
    apply: expects(null),
  },
  'expects-absent': {
    is: 'expects Mcp-Param headers for arguments that are not given',
    caughtBy: ['streamable-http/param-absent-not-expected'],
    apply: expects(undefined),
  },
  'integers-as-text': {
    is: 'compares integers in Mcp-Param headers as text',
    caughtBy: ['streamable-http/param-integers-numeric'],
    apply: ({ wire }) => {
      wire.isSame = (text, argument) => text === String(argument);
    },
  },
  'get-is-404': {
    is: 'answers GET with status 404',
    caughtBy: ['streamable-http/legacy-get-405'],
    apply: ({ wire }) =>
      override(wire, 'otherMethod', (old, request, response) =>
        request.method === 'GET' ? wire.refuse(response, 404) : old(request, response),
      ),
  },
  'delete-is-200': {
    is: 'answers DELETE with status 200',
    caughtBy: ['streamable-http/legacy-delete-405'],
    apply: ({ wire }) =>
      override(wire, 'otherMethod', (old, request, response) =>
        request.method === 'DELETE' ? response.writeHead(200).end() : old(request, response),
      ),
  },
  'gives-sessions': {
    is: 'gives session ids',
    caughtBy: ['streamable-http/legacy-session-ignored'],
    apply: ({ wire }) => override(wire, 'jsonHeaders', (old) => ({ ...old(), 'mcp-session-id': 'session-1' })),
  },
  'unknown-session': {
    is: 'refuses requests with a session id',
    caughtBy: ['streamable-http/legacy-session-ignored'],
    apply: ({ wire }) =>
      override(wire, 'request', (old, request, response, message) =>
        request.headers['mcp-session-id'] ? wire.refuse(response, 404) : old(request, response, message),
      ),
  },
  'cannot-resume': {
    is: 'refuses requests with Last-Event-ID',
    caughtBy: ['streamable-http/legacy-last-event-id-ignored'],
    apply: ({ wire }) =>
      override(wire, 'request', (old, request, response, message) =>
        request.headers['last-event-id'] ? wire.refuse(response, 400) : old(request, response, message),
      ),
  },
  'notification-is-200': {
    is: 'answers notifications with status 200',
    caughtBy: ['streamable-http/modern-notification-202'],
    apply: ({ wire }) => {
      wire.notification = (response) => response.writeHead(200).end();
    },
  },
  'notification-has-body': {
    is: 'answers notifications with a body',
    caughtBy: ['streamable-http/modern-notification-202'],
    apply: ({ wire }) => {
      wire.notification = (response) => response.writeHead(202, { 'content-type': 'text/plain' }).end('Accepted');
    },
  },
  'takes-responses': {
    is: 'accepts responses',
    caughtBy: ['streamable-http/modern-response-refused'],
    apply: ({ wire }) => {
      wire.response = (response) => response.writeHead(202).end();
    },
  },
  'no-json-is-32600': {
    is: 'answers what is no JSON with the code for what is no request',
    caughtBy: ['streamable-http/modern-parse-error'],
    neighbours: { 'jsonrpc/parse-error': 'it sends the same' },
    apply: ({ wire }) => {
      wire.notJson = (response) => wire.refuse(response, 400, wire.error(undefined, -32600, 'Invalid request'));
    },
  },
  'no-message-is-32602': {
    is: 'answers what is no message with the code for invalid params',
    caughtBy: ['streamable-http/modern-invalid-request'],
    neighbours: {
      'jsonrpc/invalid-request': 'it sends the same',
      'jsonrpc/invalid-request-null-id': 'a null id is refused alike',
    },
    apply: ({ wire }) => {
      wire.notMessage = (_request, response) => wire.refuse(response, 400, wire.error(undefined, -32602, 'Invalid params'));
    },
  },
  'any-jsonrpc': {
    is: 'serves requests of any version of JSON-RPC',
    caughtBy: ['streamable-http/modern-invalid-request'],
    neighbours: { 'jsonrpc/version-member-wrong-rejected': 'it sends the same' },
    apply: ({ wire }) =>
      override(wire, 'notMessage', (old, request, response, value) => {
        if (typeof value?.method === 'string' && typeof value.id !== 'object')
          wire.request(request, response, { ...value, jsonrpc: '2.0' });
        else old(request, response, value);
      }),
  },
  'serves-batches': {
    is: 'serves arrays of requests',
    caughtBy: ['streamable-http/modern-batch-refused'],
    apply: ({ wire }) =>
      override(wire, 'batch', (old, request, response, values) => {
        if (values.length === 0) return old(request, response, values);
        const answers = [];
        const server = wire.connect(() => {});
        for (const value of values) server.receiveOne(value, (answer) => answers.push(answer));
        wire.json(response, 200, answers);
      }),
  },
  'unknown-field': {
    is: 'writes fields on streams that no event has',
    caughtBy: ['streamable-http/modern-response-type'],
    apply: ({ wire }) =>
      override(wire, 'event', (old, response, out) => {
        response.write('event-type: message\n');
        old(response, out);
      }),
  },
  'exact-accept': {
    is: 'knows one spelling of Accept',
    caughtBy: ['streamable-http/modern-accept'],
    apply: ({ wire }) =>
      override(wire, 'isJson', (old, request) => request.headers.accept === 'application/json, text/event-stream' && old(request)),
  },
  'first-of-a-connection': {
    is: 'lists nothing to the first request of a TCP connection',
    caughtBy: ['streamable-http/connections-independent'],
    neighbours: {
      'stateless/no-prior-context': 'sometimes: its request is the first',
      'stateless/any-connection': 'sometimes: the list is asked for over a connection that is new',
    },
    apply: ({ wire }) => {
      const known = new WeakSet();
      override(wire, 'request', (old, request, response, message) => {
        const isFirst = !known.has(request.socket);
        known.add(request.socket);
        if (isFirst && message.method === 'prompts/list') {
          const result = { resultType: 'complete', prompts: [], ttlMs: 0, cacheScope: 'public', _meta: {} };
          wire.json(response, 200, { jsonrpc: '2.0', id: message.id, result });
        } else old(request, response, message);
      });
    },
  },
  'changes-on-calls': {
    is: 'sends changes on the streams of calls',
    caughtBy: ['streamable-http/modern-messages-relate'],
    apply: ({ wire }) =>
      override(wire, 'say', (old, response, message, out) => {
        const isFirst = !response.headersSent;
        old(response, message, out);
        if (isFirst && message.method === 'tools/call')
          wire.event(response, { jsonrpc: '2.0', method: 'notifications/tools/list_changed' });
      }),
  },
  'pings-on-streams': {
    is: 'sends requests on streams',
    caughtBy: ['streamable-http/stream-no-requests'],
    neighbours: { 'patterns/no-server-requests': 'it is the same on all transports' },
    apply: ({ wire }) =>
      override(wire, 'say', (old, response, message, out) => {
        const isFirst = !response.headersSent;
        old(response, message, out);
        if (isFirst && message.method === 'tools/call') wire.event(response, { jsonrpc: '2.0', id: 'ping-1', method: 'ping' });
      }),
  },
  'buffered-streams': {
    is: 'sends streams without X-Accel-Buffering',
    caughtBy: ['streamable-http/stream-no-buffering'],
    apply: ({ wire }) =>
      override(wire, 'streamHeaders', (old) => {
        const { 'x-accel-buffering': _, ...headers } = old();
        return headers;
      }),
  },
  'endless-streams': {
    is: 'leaves streams open after the response',
    caughtBy: ['streamable-http/modern-stream-ends'],
    apply: ({ wire }) => {
      wire.endStream = () => {};
    },
  },
  'streams-by-id': {
    is: 'finds streams by the ids of requests, and goes on when one was closed',
    caughtBy: ['streamable-http/disconnect-cancels'],
    apply: ({ wire }) => {
      const streams = new Map();
      wire.left = () => {};
      override(wire, 'serve', (old, response, message) => {
        if (typeof message.id === 'string') streams.set(message.id, response);
        old(response, message);
      });
      override(wire, 'say', (old, response, message, out) => old(streams.get(message.id) ?? response, message, out));
      override(wire, 'answer', (old, response, message, out) => old(streams.get(message.id) ?? response, message, out));
    },
  },
  'remembers-subscriptions': {
    is: 'refuses a subscription with an id that was used before',
    caughtBy: ['streamable-http/disconnect-cancels-listen'],
    apply: ({ wire }) => {
      const used = new Set();
      override(wire, 'serve', (old, response, message) => {
        const isText = message.method === 'subscriptions/listen' && typeof message.id === 'string';
        if (isText && used.has(message.id)) wire.json(response, 400, wire.error(message.id, -32600, 'This id was used'));
        else old(response, message);
        if (isText) used.add(message.id);
      });
    },
  },
  'listen-as-json': {
    is: 'answers subscriptions with JSON',
    caughtBy: ['streamable-http/listen-stream'],
    apply: ({ wire }) =>
      override(wire, 'say', (old, response, message, out) =>
        message.method === 'subscriptions/listen'
          ? wire.json(response, 200, { jsonrpc: '2.0', id: message.id, result: { resultType: 'complete', _meta: { [ID]: message.id } } })
          : old(response, message, out),
      ),
  },
  'change-before-acknowledgment': {
    is: 'sends a change before the acknowledgment',
    caughtBy: ['streamable-http/listen-ack-first'],
    breakServer: (server) =>
      override(server, 'acknowledge', (old, id, asked) => {
        if (asked.toolsListChanged && asked.promptsListChanged) server.send(changed(id));
        old(id, asked);
      }),
  },
  'acknowledges-everything': {
    is: 'acknowledges more than was asked for',
    caughtBy: ['streamable-http/listen-ack-subset'],
    neighbours: { 'streamable-http/listen-kept-apart': 'each is acknowledged for what the others asked for' },
    breakServer: (server) =>
      override(server, 'honoured', () => ({ toolsListChanged: true, promptsListChanged: true, resourcesListChanged: true })),
  },
  'sends-the-unrequested': {
    is: 'sends changes that were not asked for',
    caughtBy: ['streamable-http/listen-only-requested'],
    breakServer: (server) =>
      override(server, 'acknowledge', (old, id, asked) => {
        old(id, asked);
        if (!asked.toolsListChanged) setTimeout(() => server.subscriptions.has(id) && server.send(changed(id)), 10);
      }),
  },
  'other-resources': {
    is: 'acknowledges resources that were not asked for',
    caughtBy: ['streamable-http/listen-only-requested-resources'],
    breakServer: (server) =>
      override(server, 'honoured', (_, asked) =>
        asked.resourceSubscriptions ? { resourceSubscriptions: ['test://one', 'test://two'] } : asked,
      ),
  },
  'id-as-text': {
    is: 'makes a text of the subscription id',
    caughtBy: ['streamable-http/listen-notification-id'],
    neighbours: {
      'streamable-http/listen-kept-apart': 'no message has the id of its subscription',
      'streamable-http/modern-messages-relate': 'no message has the id of its subscription',
    },
    breakServer: (server) => override(server, 'acknowledge', (old, id, asked) => old(String(id), asked)),
  },
  'filter-by-id': {
    is: 'mixes up subscriptions of clients with the same id',
    caughtBy: ['streamable-http/listen-kept-apart'],
    neighbours: {
      'streamable-http/listen-ack-subset': 'sometimes: another client has the same id just then',
      'streamable-http/listen-only-requested-resources': 'sometimes: another client has the same id just then',
    },
    apply: ({ wire }) => {
      const filters = new Map();
      override(wire, 'serve', (old, response, message) => {
        if (message.method !== 'subscriptions/listen') return old(response, message);
        const { id, params } = message;
        if (!filters.has(id)) {
          filters.set(id, params.notifications);
          response.on('close', () => filters.delete(id));
        }
        old(response, { ...message, params: { ...params, notifications: filters.get(id) } });
      });
    },
  },
  'progress-everywhere': {
    is: 'sends the progress of calls to subscriptions as well',
    caughtBy: ['subscriptions/no-request-notifications'],
    neighbours: {
      'progress/increases': 'sometimes: the same progress comes twice',
      'streamable-http/listen-notification-id': 'sometimes: a call goes on just then',
      'streamable-http/listen-kept-apart': 'sometimes: a call goes on just then',
    },
    apply: ({ wire }) => {
      const listening = new Set();
      override(wire, 'serve', (old, response, message) => {
        if (message.method === 'subscriptions/listen') {
          listening.add(response);
          response.on('close', () => listening.delete(response));
        }
        old(response, message);
      });
      override(wire, 'say', (old, response, message, out) => {
        old(response, message, out);
        if (out.method === 'notifications/progress') for (const each of listening) wire.event(each, out);
      });
    },
  },
  'one-subscription': {
    is: 'ends a subscription without a word when there is another',
    caughtBy: ['streamable-http/listen-graceful-end'],
    neighbours: {
      'streamable-http/listen-kept-apart': 'only the last of them is left',
      'streamable-http/listen-stream': 'sometimes: another client subscribes meanwhile',
    },
    apply: ({ wire }) => {
      let last;
      override(wire, 'serve', (old, response, message) => {
        if (message.method === 'subscriptions/listen') {
          last?.end();
          last = response;
        }
        old(response, message);
      });
    },
  },
  'end-without-id': {
    is: 'ends subscriptions without their id',
    caughtBy: ['streamable-http/listen-graceful-end'],
    apply: ({ wire }) => {
      let last;
      override(wire, 'serve', (old, response, message) => {
        if (message.method === 'subscriptions/listen') {
          if (last) wire.event(last.response, { jsonrpc: '2.0', id: last.id, result: { resultType: 'complete' } });
          last?.response.end();
          last = { response, id: message.id };
        }
        old(response, message);
      });
    },
  },
  'missing-meta-200': {
    is: 'refuses requests without all of their _meta with status 200',
    caughtBy: ['meta/request-missing-400'],
    apply: ({ wire }) => override(wire, 'statusOf', (old, answer, message) => (answer.error?.code === -32602 ? 200 : old(answer, message))),
  },
  'missing-capability-200': {
    is: 'names the capability that is missing with status 200',
    caughtBy: ['meta/capabilities-400'],
    variant: 'needs-a-capability',
    apply: ({ wire }) => override(wire, 'statusOf', (old, answer, message) => (answer.error?.code === -32021 ? 200 : old(answer, message))),
  },
  'challenge-asks-for-offline-access': {
    is: 'asks for offline_access in its challenge',
    caughtBy: ['auth/no-offline-access'],
    variant: 'protected',
    apply: ({ wire }) =>
      override(wire, 'challenge', (old, origin, error) => old(origin, error).replace('scope="', 'scope="offline_access ')),
  },
  'metadata-asks-for-offline-access': {
    is: 'lists offline_access among its scopes',
    caughtBy: ['auth/no-offline-access'],
    variant: 'protected',
    apply: ({ wire }) => override(wire, 'metadata', (old, origin) => ({ ...old(origin), scopes_supported: ['mcp', 'offline_access'] })),
  },
};
