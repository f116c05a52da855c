import { exchange } from './http-exchange.js';

/** What is wrong with a client, one thing each: `apply` breaks the correct one, and the checks in `caughtBy` see it. */
const CHATTY = '2025-11-25';
const MODERN = '2026-07-28';

/** Replaces a method; the new one gets the old one first. */
function override(object, name, replace) {
  const old = object[name].bind(object);
  object[name] = (...args) => replace(old, ...args);
}

/** Changes messages on their way out, whatever the transport. */
const sending =
  (change) =>
  ({ client }) =>
    override(client.wire, 'send', (old, message) => old(change(message) ?? message));
const answering =
  (change) =>
  ({ client }) =>
    override(client, 'answer', (old, message) => old(change(message)));
/** Does something more as soon as the handshake is done. */
const afterHandshake =
  (more) =>
  ({ client, wire }) =>
    override(client, 'initialize', async (old, ...args) => {
      await old(...args);
      more({ client, wire });
    });
const stdio = (fault) => ({ transport: 'stdio', revision: CHATTY, ...fault });
const http = (fault) => ({ transport: 'streamable-http', revision: CHATTY, ...fault });
const dropHeader =
  (method, name) =>
  ({ wire }) =>
    override(wire, method, (old, ...args) => {
      const { [name]: _, ...rest } = old(...args);
      return rest;
    });

export const faults = {
  'pings-first': stdio({
    is: 'asks for tools before the handshake',
    caughtBy: ['client/lifecycle-initialize-first'],
    apply: ({ client }) =>
      override(client, 'initialize', (old, ...args) => {
        client.modern = false;
        client.request('tools/list').catch(() => {});
        return old(...args);
      }),
  }),
  'no-client-info': stdio({
    is: 'does not say who it is',
    caughtBy: ['client/lifecycle-initialize-sent'],
    apply: sending((message) =>
      message.method === 'initialize' ? { ...message, params: { ...message.params, clientInfo: undefined } } : message,
    ),
  }),
  'no-initialized': stdio({
    is: 'never sends notifications/initialized',
    caughtBy: ['client/lifecycle-initialized-sent'],
    apply: ({ client }) =>
      override(client, 'notify', (old, method, params) => method !== 'notifications/initialized' && old(method, params)),
  }),
  impatient: stdio({
    is: 'lists tools while initialize is not answered',
    caughtBy: ['client/lifecycle-initialize-client-waits'],
    apply: ({ client }) =>
      override(client, 'initialize', (old, ...args) => {
        const done = old(...args);
        client.request('tools/list').catch(() => {});
        return done;
      }),
  }),
  'odd-version': stdio({
    is: 'asks for a revision that is none',
    caughtBy: ['client/lifecycle-version-client-supported'],
    apply: sending((message) =>
      message.method === 'initialize' ? { ...message, params: { ...message.params, protocolVersion: '1.0' } } : message,
    ),
  }),
  'takes-any-version': stdio({
    is: 'goes on with whatever revision it is offered',
    caughtBy: ['client/lifecycle-version-disconnect'],
    apply: ({ client }) =>
      override(client, 'receive', (old, message) => {
        const { result } = message;
        old(result?.protocolVersion === '1999-12-31' ? { ...message, result: { ...result, protocolVersion: CHATTY } } : message);
      }),
  }),
  'lists-everything': stdio({
    is: 'lists prompts of a server without any',
    caughtBy: ['client/lifecycle-operation-capabilities'],
    apply: ({ client }) =>
      override(client, 'initialize', async (old, ...args) => {
        await old(...args);
        await client.request('prompts/list').catch(() => {});
      }),
  }),
  'discovers-late': stdio({
    is: 'listens for subscriptions, which its revision has not',
    caughtBy: ['client/lifecycle-operation-version'],
    apply: ({ client }) =>
      override(client, 'initialize', async (old, ...args) => {
        await old(...args);
        await client.request('subscriptions/listen').catch(() => {});
      }),
  }),
  'no-version': stdio({
    is: 'leaves jsonrpc out of notifications',
    caughtBy: ['client/jsonrpc-version-member'],
    apply: sending((message) => ('id' in message ? message : { ...message, jsonrpc: undefined })),
  }),
  'params-array': stdio({
    is: 'sends params as an array',
    caughtBy: ['client/jsonrpc-message-shape'],
    apply: sending((message) => (message.method === 'notifications/initialized' ? { ...message, params: [] } : message)),
  }),
  'fractional-ids': stdio({
    is: 'counts ids in fractions',
    caughtBy: ['client/jsonrpc-request-id-present'],
    apply: ({ client }) => override(client, 'newId', (old) => old() + 0.5),
  }),
  'same-id': stdio({
    is: 'uses one id for all requests',
    caughtBy: ['client/jsonrpc-request-id-unused'],
    apply: ({ client }) =>
      override(client, 'newId', (old) => (client.revision === undefined || client.modern || client.waiting.has(7) ? old() : 7)),
  }),
  'notification-ids': stdio({
    is: 'gives notifications ids',
    caughtBy: ['client/jsonrpc-notification-no-id'],
    neighbours: { 'client/lifecycle-initialized-sent': 'what has an id is no notification' },
    apply: sending((message) => (message.method?.startsWith('notifications/') ? { ...message, id: `n${Math.random()}` } : message)),
  }),
  'same-token': stdio({
    is: 'has one progress token',
    caughtBy: ['client/progress-token-unique'],
    apply: ({ client }) => override(client, 'tokenFor', () => 'token'),
  }),
  'boolean-token': stdio({
    is: 'uses true as progress token',
    caughtBy: ['client/progress-token-type'],
    neighbours: { 'client/progress-token-unique': 'there are only two of them' },
    apply: ({ client }) => override(client, 'tokenFor', () => true),
  }),
  'deaf-to-ping': stdio({
    is: 'does not know ping',
    caughtBy: ['client/ping-answer'],
    apply: answering((message) =>
      message.result ? { ...message, result: undefined, error: { code: -32601, message: 'What?' } } : message,
    ),
  }),
  'knows-everything': stdio({
    is: 'answers unknown methods with a result',
    caughtBy: ['client/jsonrpc-unknown-method'],
    apply: answering(({ id }) => ({ jsonrpc: '2.0', id, result: {} })),
  }),
  'answers-twice': stdio({
    is: 'answers everything twice',
    caughtBy: ['client/jsonrpc-request-answered-once'],
    apply: ({ client }) =>
      override(client, 'answer', (old, message) => {
        old(message);
        old(message);
      }),
  }),
  'ids-as-text': stdio({
    is: 'answers with ids as text',
    caughtBy: ['client/jsonrpc-response-same-id'],
    neighbours: {
      'client/ping-answer': 'the ping with a number has no answer then',
      'client/jsonrpc-request-answered-once': 'the ping with a number has no answer then',
    },
    apply: answering((message) => ({ ...message, id: String(message.id) })),
  }),
  'result-and-error': stdio({
    is: 'puts null where an error could be',
    caughtBy: ['client/jsonrpc-response-not-both'],
    apply: answering((message) => (message.result ? { ...message, error: null } : message)),
    neighbours: { 'client/jsonrpc-message-shape': 'null is no error object' },
  }),
  'code-as-text': stdio({
    is: 'says codes as text',
    caughtBy: ['client/jsonrpc-error-code-integer'],
    neighbours: { 'client/jsonrpc-unknown-method': 'another code than -32601' },
    apply: answering((message) => (message.error ? { ...message, error: { ...message.error, code: '-32601' } } : message)),
  }),
  'error-without-message': stdio({
    is: 'has no message in errors',
    caughtBy: ['client/jsonrpc-error-code-and-message'],
    apply: answering((message) => (message.error ? { ...message, error: { code: -32601 } } : message)),
  }),
  'answers-notifications': stdio({
    is: 'answers notifications',
    caughtBy: ['client/jsonrpc-notification-no-response'],
    neighbours: { 'client/jsonrpc-response-same-id': 'null is the id of no request' },
    apply: ({ client }) =>
      override(client, 'receiveOne', (old, message) => {
        if (message.method && !('id' in message)) client.answer({ jsonrpc: '2.0', id: null, error: { code: -32601, message: 'What?' } });
        old(message);
      }),
  }),
  'no-batches': stdio({
    is: 'ignores arrays',
    caughtBy: ['client/batch-receive'],
    revision: '2025-03-26',
    apply: ({ client }) => override(client, 'receive', (old, message) => !Array.isArray(message) && old(message)),
  }),
  'cancels-initialize': stdio({
    is: 'cancels initialize',
    caughtBy: ['client/cancellation-not-initialize'],
    apply: ({ client }) => override(client, 'giveUp', (old, message) => old({ ...message, method: 'any' })),
  }),
  'cancels-others': stdio({
    is: 'cancels an id that it never used',
    caughtBy: ['client/cancellation-known-requests'],
    alongside: ['client/cancellation-races'],
    apply: ({ client }) =>
      override(
        client,
        'giveUp',
        (old, message) => old({ ...message, id: 999 }) ?? client.waiting.get(message.id)?.reject(new Error('given up')),
      ),
  }),
  'initialize-in-array': stdio({
    is: 'puts initialize into an array',
    caughtBy: ['client/lifecycle-initialize-not-in-batch'],
    revision: '2025-03-26',
    apply: ({ wire }) => override(wire, 'write', (old, text) => old(/"initialize"/.test(text) ? `[${text.trim()}]\n` : text)),
  }),
  'asks-again': stdio({
    is: 'goes on asking a server that has none of its versions',
    caughtBy: ['client/versioning-client-selects'],
    revision: MODERN,
    apply: ({ client }) =>
      override(client, 'connect', async (old, ...args) => {
        try {
          return await old(...args);
        } catch (error) {
          for (let times = 0; times < 3; times++) await client.request('server/discover').catch(() => {});
          throw error;
        }
      }),
  }),
  'null-id': stdio({
    is: 'sends a request with the id null',
    caughtBy: ['client/jsonrpc-request-id-not-null'],
    apply: afterHandshake(({ wire }) => wire.send({ jsonrpc: '2.0', id: null, method: 'ping' })),
  }),
  'sends-twice': stdio({
    is: 'sends slow calls twice, to be sure',
    caughtBy: ['client/jsonrpc-request-id-not-in-flight'],
    alongside: ['client/cancellation-races'],
    revision: MODERN,
    apply: ({ wire }) =>
      override(wire, 'send', (old, message) => {
        const isTwice = message.method === 'tools/call' && message.params.name === 'slow';
        return Promise.all([old(message), isTwice && old(message)]);
      }),
  }),
  'reports-progress': stdio({
    is: 'reports progress that nobody asked for',
    caughtBy: ['client/progress-known-token'],
    apply: afterHandshake(({ client }) => client.notify('notifications/progress', { progressToken: 'mine', progress: 1 })),
  }),
  'empty-answers': stdio({
    is: 'answers with neither a result nor an error',
    caughtBy: ['client/jsonrpc-response-result-or-error'],
    neighbours: {
      'client/ping-answer': 'it is no empty result',
      'client/jsonrpc-unknown-method': 'it is no error',
      'client/jsonrpc-message-shape': 'it is no message of any kind',
    },
    apply: answering(({ id }) => ({ jsonrpc: '2.0', id })),
  }),
  'lists-before-it-probes': stdio({
    is: 'speaks both eras, and lists tools before it knows which one the server is of',
    caughtBy: ['client/stdio-probes'],
    revision: MODERN,
    apply: ({ client }) =>
      override(client, 'connect', (old, ...args) => {
        client.modern = true;
        client.request('tools/list').catch(() => {});
        return old(...args);
      }),
  }),
  'modern-without-probe': stdio({
    is: 'speaks 2026-07-28 alone, and does not ask whether the server does',
    caughtBy: ['client/stdio-modern-probes'],
    revision: MODERN,
    apply: ({ client }) => {
      client.connect = async () => {
        client.modern = true;
        client.revision = MODERN;
      };
    },
  }),
  'answers-modern-servers': stdio({
    is: 'answers requests in 2026-07-28',
    caughtBy: ['client/stdio-stdin-no-responses'],
    revision: MODERN,
    apply: ({ client }) => override(client, 'asked', (_, { id }) => client.answer({ jsonrpc: '2.0', id, result: {} })),
  }),
  'takes-any-result': stdio({
    is: 'takes results of unknown kinds',
    caughtBy: ['client/jsonrpc-result-type-unknown-invalid'],
    revision: MODERN,
    apply: ({ client }) => override(client, 'checked', (old, result, method) => old({ ...result, resultType: 'complete' }, method)),
  }),
  'needs-result-type': stdio({
    is: 'refuses results without resultType',
    caughtBy: ['client/jsonrpc-result-type-absent'],
    revision: MODERN,
    apply: ({ client }) => override(client, 'checked', (old, result, method) => old({ resultType: 'none', ...result }, method)),
  }),
  'no-capabilities': stdio({
    is: 'leaves its capabilities out of _meta',
    caughtBy: ['client/meta-request-required'],
    revision: MODERN,
    apply: dropMeta('io.modelcontextprotocol/clientCapabilities'),
  }),
  anonymous: stdio({
    is: 'leaves its name out of _meta',
    caughtBy: ['client/meta-request-client-info'],
    revision: MODERN,
    apply: dropMeta('io.modelcontextprotocol/clientInfo'),
  }),
  'extension-without-prefix': stdio({
    is: 'names an extension without a prefix',
    caughtBy: ['client/versioning-extension-ids'],
    revision: MODERN,
    apply: addMeta({ 'io.modelcontextprotocol/clientCapabilities': { extensions: { steps: {} } } }),
  }),
  'odd-prefix': stdio({
    is: 'has an empty label in a prefix',
    caughtBy: ['client/meta-prefix'],
    revision: MODERN,
    apply: addMeta({ 'com..example/key': 1 }),
  }),
  'odd-label': stdio({
    is: 'has a label that begins with a digit',
    caughtBy: ['client/meta-label'],
    revision: MODERN,
    apply: addMeta({ 'com.1example/key': 1 }),
  }),
  'odd-name': stdio({
    is: 'has a key that ends with a dot',
    caughtBy: ['client/meta-name'],
    revision: MODERN,
    apply: addMeta({ 'com.example/key.': 1 }),
  }),
  'odd-trace': stdio({
    is: 'has a malformed traceparent',
    caughtBy: ['client/meta-trace-format'],
    revision: MODERN,
    apply: addMeta({ traceparent: 'none' }),
  }),
  'pretty-json': stdio({
    is: 'writes a message over several lines',
    caughtBy: ['client/stdio-message-no-newline'],
    neighbours: { 'client/stdio-stdin-only-messages': 'its lines are no messages' },
    apply: ({ wire }) =>
      override(wire, 'write', (old, text) =>
        old(/initialized/.test(text) ? `${JSON.stringify(JSON.parse(text), null, 1)}\n${text}` : text),
      ),
  }),
  'logs-to-stdin': stdio({
    is: 'logs to the stdin of the server',
    caughtBy: ['client/stdio-stdin-only-messages'],
    apply: ({ wire }) => override(wire, 'write', (old, text) => old(/initialized/.test(text) ? `connected!\n${text}` : text)),
  }),
  'writes-arrays': stdio({
    is: 'writes an array of one message',
    caughtBy: ['client/stdio-message-single'],
    apply: ({ wire }) => override(wire, 'write', (old, text) => old(/initialized/.test(text) ? `[${text.trim()}]\n` : text)),
  }),
  'latin-1': stdio({
    is: 'writes Latin-1',
    caughtBy: ['client/transports-utf-8'],
    apply: ({ wire }) => {
      wire.write = (text) => wire.child.stdin.write(/initialized/.test(text) ? Buffer.from(`{"ü":1}\n${text}`, 'latin1') : text);
    },
  }),
  'kills-at-once': stdio({
    is: 'kills its server without closing stdin',
    caughtBy: ['client/stdio-shutdown-client-ladder'],
    apply: ({ wire }) => {
      wire.close = async () => {
        wire.closing = true;
        wire.child.kill('SIGKILL');
        await wire.exited;
      };
    },
  }),
  'no-sigterm': stdio({
    is: 'kills its server without SIGTERM first',
    caughtBy: ['client/stdio-shutdown-client-ladder'],
    apply: ({ wire }) => {
      wire.close = async () => {
        wire.closing = true;
        wire.child.stdin.end();
        if (!(await wire.hasExited())) wire.child.kill('SIGKILL');
        await wire.exited;
      };
    },
  }),
  'fears-stderr': stdio({
    is: 'gives up when the server writes to stderr',
    caughtBy: ['client/stdio-stderr-no-error'],
    apply: ({ wire }) => override(wire, 'log', () => process.exit(3)),
  }),
  'no-restart': stdio({
    is: 'does not start a server again',
    caughtBy: ['client/stdio-restarts'],
    revision: MODERN,
    apply: ({ wire, client }) => {
      wire.ended = () => {
        for (const { reject } of [...client.waiting.values()]) reject(new Error('the server ended'));
      };
    },
  }),
  'one-error-code': stdio({
    is: 'falls back to initialize on -32601 only',
    caughtBy: ['client/stdio-fallback-any-error'],
    revision: MODERN,
    apply: ({ client }) => override(client, 'meansLegacy', (_, { code }) => code === -32601),
  }),
  'always-falls-back': stdio({
    is: 'falls back to initialize on every error',
    caughtBy: ['client/stdio-no-fallback-on-modern-error'],
    revision: MODERN,
    apply: ({ client }) => override(client, 'meansLegacy', () => true),
  }),
  'gives-up-silently': stdio({
    is: 'cancels nothing',
    caughtBy: ['client/stdio-cancel-client-sends', 'client/cancellation-client-sends'],
    revision: MODERN,
    apply: ({ client }) => override(client, 'giveUp', (_, { id }) => client.waiting.get(id)?.reject(new Error('given up'))),
  }),
  'dies-of-late-answers': stdio({
    is: 'dies of an answer that it does not wait for',
    caughtBy: ['client/cancellation-late-response-ignored', 'client/cancellation-races'],
    apply: ({ client }) =>
      override(client, 'response', (old, message) => (client.waiting.has(message.id) ? old(message) : process.exit(3))),
  }),
  'dies-of-the-unknown': stdio({
    is: 'dies of unknown notifications',
    caughtBy: ['client/cancellation-invalid-ignored'],
    apply: ({ client }) =>
      override(client, 'receiveOne', (old, message) =>
        message.method?.startsWith('notifications/conformance') ? process.exit(3) : old(message),
      ),
    neighbours: {
      'client/ping-answer': 'the unknown notification comes before what this check asks',
      'client/jsonrpc-unknown-method': 'the unknown notification comes before what this check asks',
      'client/jsonrpc-request-answered-once': 'the unknown notification comes before what this check asks',
    },
  }),

  'accepts-json': http({
    is: 'accepts JSON alone',
    caughtBy: ['client/streamable-http-accept-both'],
    apply: ({ wire }) => override(wire, 'accept', () => 'application/json'),
  }),
  'no-content-type': http({
    is: 'sends no Content-Type of JSON',
    caughtBy: ['client/streamable-http-post'],
    apply: ({ wire }) => override(wire, 'headersFor', (old, message) => ({ ...old(message), 'content-type': 'text/plain' })),
  }),
  'posts-arrays': http({
    is: 'posts arrays',
    caughtBy: ['client/streamable-http-body'],
    apply: ({ wire }) =>
      override(wire, 'body', (old, message) => (message.method === 'notifications/initialized' ? `[${old(message)}]` : old(message))),
  }),
  'no-streams': http({
    is: 'reads JSON alone',
    caughtBy: ['client/streamable-http-both-types'],
    neighbours: {
      'client/ping-answer': 'it comes on a stream',
      'client/jsonrpc-unknown-method': 'it comes on a stream',
      'client/jsonrpc-request-answered-once': 'it comes on a stream',
      'client/cancellation-invalid-ignored': 'it comes on a stream',
      'client/streamable-http-polls': 'it comes on a stream',
      'client/streamable-http-resume-client-get': 'it comes on a stream',
    },
    apply: ({ wire }) => override(wire, 'follow', async () => {}),
  }),
  'trips-over-comments': http({
    is: 'dies of comments',
    caughtBy: ['client/streamable-http-ignores-comments'],
    neighbours: {
      'client/streamable-http-both-types': 'there are comments on the same stream',
      'client/streamable-http-headers-case-insensitive': 'there are comments on the same stream',
    },
    revision: MODERN,
    apply: ({ wire }) => override(wire, 'field', (old, line) => (line.startsWith(': a comment') ? process.exit(3) : old(line))),
  }),
  'minds-the-case': http({
    is: 'knows Content-Type in its usual letters alone',
    caughtBy: ['client/streamable-http-headers-case-insensitive'],
    neighbours: {
      'client/streamable-http-both-types': 'the same answers are streams',
      'client/streamable-http-ignores-comments': 'the same answers have comments',
    },
    revision: MODERN,
    apply: ({ wire }) =>
      override(wire, 'read', (old, message, response) => {
        const header = (name) => (response.rawHeaders.includes('Content-Type') ? response.header(name) : undefined);
        return old(message, { ...response, header });
      }),
  }),
  'no-version-header': http({
    is: 'sends no MCP-Protocol-Version',
    caughtBy: ['client/streamable-http-version-header-sent'],
    apply: ({ wire, client }) => override(wire, 'versionHeader', (old, revision) => (client.modern ? old(revision) : {})),
  }),
  'own-version-header': http({
    is: 'sends the version that it asked for',
    caughtBy: ['client/streamable-http-version-header-negotiated'],
    revision: '2025-06-18',
    apply: ({ wire, client }) => override(wire, 'versionHeader', (old, revision) => old(client.modern ? revision : '2025-11-25')),
  }),
  'resumes-as-json': http({
    is: 'accepts JSON with GET',
    caughtBy: ['client/streamable-http-get-accept'],
    alongside: ['client/streamable-http-polls'],
    apply: ({ wire }) => override(wire, 'acceptStream', () => 'application/json'),
  }),
  'no-session-header': http({
    is: 'forgets the session id',
    caughtBy: ['client/streamable-http-session-client-sends'],
    apply: dropHeader('sessionHeaders', 'mcp-session-id'),
  }),
  'any-session': http({
    is: 'takes over any session id',
    caughtBy: ['client/streamable-http-session-client-sends'],
    apply: ({ wire }) =>
      override(wire, 'noteSession', (_, __, { header }) => {
        wire.session = header('mcp-session-id') ?? wire.session;
      }),
  }),
  'stays-lost': http({
    is: 'does not initialize anew',
    caughtBy: ['client/streamable-http-session-client-restarts'],
    apply: ({ client }) => override(client, 'perform', (_, ...args) => client.request(...args)),
  }),
  'leaves-session': http({
    is: 'leaves its session behind',
    caughtBy: ['client/streamable-http-session-client-deletes'],
    apply: ({ wire }) => override(wire, 'close', async () => wire.closing.abort()),
  }),
  'no-last-event-id': http({
    is: 'comes back without Last-Event-ID',
    caughtBy: ['client/streamable-http-resume-client-get'],
    apply: ({ wire }) => override(wire, 'lastEvent', () => ({})),
  }),
  'never-comes-back': http({
    is: 'does not come back for the rest of a stream',
    caughtBy: ['client/streamable-http-polls'],
    neighbours: { 'client/streamable-http-resume-client-get': 'nothing is resumed' },
    apply: ({ wire }) => override(wire, 'pause', () => new Promise(() => {})),
  }),
  hasty: http({
    is: 'does not heed retry',
    caughtBy: ['client/streamable-http-retry-honoured'],
    apply: ({ wire }) => override(wire, 'pause', (old) => old(50)),
  }),
  'cancels-silently': http({
    is: 'cancels without a word',
    caughtBy: ['client/streamable-http-cancels-explicitly'],
    apply: ({ client }) => override(client, 'giveUp', (_, { id }) => client.waiting.get(id)?.reject(new Error('given up'))),
  }),
  'ignores-endpoint': http({
    is: 'does not post to the endpoint that it was given',
    caughtBy: ['client/streamable-http-compat-client-falls-back'],
    apply: ({ wire }) => Object.defineProperty(wire, 'endpoint', { get: () => undefined, set() {} }),
  }),
  'believes-400': http({
    is: 'does not look into the body of a 400',
    caughtBy: ['client/streamable-http-inspects-400'],
    revision: MODERN,
    apply: ({ client }) => override(client, 'meansLegacy', () => true),
  }),
  'answers-by-post': http({
    is: 'posts responses in 2026-07-28',
    caughtBy: ['client/streamable-http-no-responses'],
    revision: MODERN,
    apply: ({ client, wire }) => {
      override(wire, 'modernHeaders', (old, message) => (message.method ? old(message) : {}));
      override(client, 'asked', (_, { id }) => client.answer({ jsonrpc: '2.0', id, result: {} }));
    },
  }),
  'no-method-header': http({
    is: 'sends no Mcp-Method',
    caughtBy: ['client/streamable-http-mcp-method', 'client/streamable-http-metadata-headers'],
    revision: MODERN,
    apply: dropHeader('modernHeaders', 'mcp-method'),
  }),
  'wrong-name-header': http({
    is: 'sends the names of others in Mcp-Name',
    caughtBy: ['client/streamable-http-mcp-name'],
    revision: MODERN,
    apply: ({ wire }) => override(wire, 'encodeName', (old, name) => (name === 'echo' ? 'other' : old(name))),
  }),
  'raw-names': http({
    is: 'sends other than ASCII in Mcp-Name as percent signs',
    caughtBy: ['client/streamable-http-mcp-name-encoded'],
    revision: MODERN,
    apply: ({ wire }) => override(wire, 'encodeName', (_, name) => encodeURI(name)),
  }),
  'other-version-header': http({
    is: 'says another version in the header than in _meta',
    caughtBy: ['client/streamable-http-version-header-matches-meta'],
    revision: MODERN,
    apply: ({ wire, client }) => override(wire, 'versionHeader', (old, revision) => old(client.modern ? '2025-11-25' : revision)),
  }),
  'no-param-headers': http({
    is: 'sends no Mcp-Param headers',
    caughtBy: ['client/streamable-http-param-client-mirrors'],
    neighbours: {
      'client/streamable-http-param-client-encodes': 'there is no such header at all',
      'client/streamable-http-param-client-base64': 'there is no such header at all',
      'client/streamable-http-param-client-sentinel-literal': 'there is no such header at all',
      'client/streamable-http-param-client-refreshes': 'there is no such header at all',
    },
    revision: MODERN,
    apply: ({ wire }) => override(wire, 'paramHeaders', () => ({})),
  }),
  'takes-bad-tools': http({
    is: 'lists tools whose marks break the rules',
    caughtBy: ['client/streamable-http-param-client-rejects'],
    revision: MODERN,
    apply: ({ client, wire }) => {
      override(client, 'accepts', () => true);
      override(wire, 'paramHeaders', (old, params) => (params.name === 'route' ? old(params) : {}));
    },
  }),
  'percent-params': http({
    is: 'encodes parameters with percent signs',
    caughtBy: ['client/streamable-http-param-client-base64', 'client/streamable-http-param-client-encodes'],
    neighbours: {
      'client/streamable-http-mcp-name-encoded': 'names are encoded the same way',
      'client/streamable-http-param-client-sentinel-literal': 'names are encoded the same way',
    },
    revision: MODERN,
    apply: ({ wire }) => override(wire, 'encodeBase64', (_, text) => encodeURIComponent(text)),
  }),
  'literal-sentinel': http({
    is: 'does not encode what looks encoded',
    caughtBy: ['client/streamable-http-param-client-sentinel-literal'],
    revision: MODERN,
    apply: ({ wire }) => override(wire, 'encode', (old, text) => (text.startsWith('=?') ? text : old(text))),
  }),
  'null-header': http({
    is: 'sends null as a header',
    caughtBy: ['client/streamable-http-param-client-omits-null'],
    revision: MODERN,
    apply: ({ wire }) => override(wire, 'isGiven', (_, args, key) => args[key] !== undefined),
  }),
  'absent-header': http({
    is: 'sends a header for what is not given',
    caughtBy: ['client/streamable-http-param-client-omits-absent'],
    revision: MODERN,
    apply: ({ wire }) => override(wire, 'isGiven', (_, args, key) => args[key] !== null),
  }),
  'fetches-schemas': http({
    is: 'fetches what schemas refer to',
    caughtBy: ['client/json-schema-ref-no-network'],
    revision: MODERN,
    apply: ({ client }) =>
      override(client, 'perform', async (old, ...args) => {
        const result = await old(...args);
        for (const { inputSchema } of result.tools ?? []) {
          const { $ref } = inputSchema.properties.text ?? {};
          if ($ref) await exchange($ref).then(({ text }) => text());
        }
        return result;
      }),
  }),
  'keeps-stale-tools': http({
    is: 'does not list tools again when it is refused',
    caughtBy: ['client/streamable-http-param-client-refreshes'],
    revision: MODERN,
    apply: ({ client }) => override(client, 'perform', (_, ...args) => client.request(...args)),
  }),
};

function dropMeta(name) {
  return ({ client }) =>
    override(client, 'meta', (old, more) => {
      const meta = old(more);
      if (!meta) return meta;
      const { [name]: _, ...rest } = meta;
      return rest;
    });
}

function addMeta(more) {
  return ({ client }) => override(client, 'meta', (old, own) => (client.modern ? { ...old(own), ...more } : old(own)));
}
