/**
 * A small MCP server, written from the specification alone: every revision, no transport. `faults/` breaks it in one way each. It shares no
 * code with what judges it.
 */
const LEGACY = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'];
const MODERN = ['2026-07-28'];

const META = 'io.modelcontextprotocol/';
const INFO = { name: 'correct-server', version: '1.0.0' };

export class ProtocolError extends Error {
  constructor(code, message, data) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

export class CorrectServer {
  legacy = LEGACY;
  modern = MODERN;
  /** The revision of the handshake; undefined before it. */
  revision = undefined;
  capabilities = {
    tools: { listChanged: true },
    prompts: { listChanged: true },
    resources: { listChanged: true, subscribe: true },
    logging: {},
  };
  /** Calls in progress, by id: each can be given up. */
  running = new Map();
  /** Filters of open subscriptions, by id. */
  subscriptions = new Map();

  /** `send` takes one JSON value as one message. */
  constructor(send) {
    this.send = send;
  }

  /** The text of one message. */
  receive(text) {
    let value;
    try {
      value = JSON.parse(text);
    } catch {
      this.send({ jsonrpc: '2.0', id: null, error: { code: -32700, message: 'Parse error' } });
      return;
    }
    this.receiveValue(value);
  }

  receiveValue(value) {
    if (Array.isArray(value)) this.receiveArray(value);
    else this.receiveOne(value, this.send);
  }

  receiveArray(batch) {
    if (this.revision !== '2025-03-26' || batch.length === 0) {
      this.send(this.errorResponse(null, new ProtocolError(-32600, 'Invalid request')));
      return;
    }
    const answers = [];
    for (const element of batch) this.receiveOne(element, (answer) => answers.push(answer));
    if (answers.length > 0) this.send(answers);
  }

  receiveOne(message, answer) {
    const isObject = typeof message === 'object' && message !== null && !Array.isArray(message);
    const idIsRight = isObject && (typeof message.id === 'string' || Number.isInteger(message.id));
    if (!isObject || message.jsonrpc !== '2.0' || ('id' in message && !idIsRight)) {
      answer(this.errorResponse(idIsRight ? message.id : null, new ProtocolError(-32600, 'Invalid request')));
    } else if (typeof message.method !== 'string') {
      // A response; nothing was asked.
      if (!('result' in message) && !('error' in message))
        answer(this.errorResponse(idIsRight ? message.id : null, new ProtocolError(-32600, 'Invalid request')));
    } else if ('id' in message) this.request(message, answer);
    else this.notification(message);
  }

  notification({ method, params }) {
    if (method === 'notifications/cancelled') this.cancel(params?.requestId);
    else if (method === 'notifications/initialized') this.initialized();
  }

  /** The client is ready. Nothing to say. */
  initialized() {}

  cancel(id) {
    this.running.get(id)?.();
    this.running.delete(id);
    this.subscriptions.delete(id);
  }

  request(message, answer) {
    try {
      const result = this.serve(message, answer);
      if (result !== undefined) answer(this.resultResponse(message, result));
    } catch (error) {
      answer(this.errorResponse(message.id, error));
    }
  }

  resultResponse({ id, params }, result) {
    if (!this.isModern(params)) return { jsonrpc: '2.0', id, result };
    return { jsonrpc: '2.0', id, result: { resultType: 'complete', ...result, _meta: { [`${META}serverInfo`]: INFO, ...result._meta } } };
  }

  errorResponse(id, { code = -32603, message, data }) {
    return { jsonrpc: '2.0', id, error: { code, message, ...(data !== undefined && { data }) } };
  }

  isModern(params) {
    return params?._meta?.[`${META}protocolVersion`] !== undefined;
  }

  /** The result of a request; undefined if it is answered later. */
  serve(message, answer) {
    const { method, params } = message;
    if (this.isModern(params) || this.legacy.length === 0) {
      this.checkMeta(params, method);
      return this.serveModern(message, answer);
    }
    return this.serveLegacy(message, answer);
  }

  checkMeta(params, method) {
    const meta = params?._meta ?? {};
    const version = meta[`${META}protocolVersion`];
    if (method === 'initialize' && version === undefined) throw this.refuseInitialize();
    if (typeof version !== 'string') throw new ProtocolError(-32602, 'protocolVersion is missing');
    if (!this.modern.includes(version)) throw this.unsupported(version);
    if (typeof meta[`${META}clientCapabilities`] !== 'object') throw new ProtocolError(-32602, 'clientCapabilities are missing');
  }

  refuseInitialize() {
    return new ProtocolError(-32022, 'There is no handshake', { supported: this.modern, requested: 'initialize' });
  }

  unsupported(version) {
    return new ProtocolError(-32022, 'Unsupported protocol version', { supported: [...this.modern, ...this.legacy], requested: version });
  }

  serveModern(message, answer) {
    const { method } = message;
    if (method === 'server/discover') return this.discover();
    if (method === 'subscriptions/listen') return this.listen(message);
    return this.serveCommon(message, answer);
  }

  serveLegacy(message, answer) {
    const { method, params } = message;
    if (method === 'ping') return this.ping();
    if (method === 'initialize') return this.initialize(params ?? {});
    if (method === 'logging/setLevel') return {};
    return this.serveCommon(message, answer);
  }

  ping() {
    return {};
  }

  initialize({ protocolVersion }) {
    this.revision = this.legacy.includes(protocolVersion) ? protocolVersion : this.offer();
    return { protocolVersion: this.revision, capabilities: this.capabilities, serverInfo: INFO };
  }

  /** What is said to a client whose version is unknown. */
  offer() {
    return this.legacy.at(-1);
  }

  discover() {
    return this.cacheable({ supportedVersions: [...this.modern, ...this.legacy], capabilities: this.capabilities });
  }

  /** Members that all results have that may be kept for a while; legacy clients are to ignore what they do not know. */
  cacheable(result) {
    return { ...result, ttlMs: 1000, cacheScope: 'public' };
  }

  serveCommon(message, answer) {
    switch (message.method) {
      case 'tools/list':
        return this.cacheable({ tools: this.tools(message) });
      case 'prompts/list':
        return this.cacheable({ prompts: [{ name: 'greet', description: 'Greets' }] });
      case 'resources/list':
        return this.cacheable({
          resources: [
            { uri: 'test://one', name: 'one' },
            { uri: 'test://two', name: 'two' },
          ],
        });
      case 'resources/templates/list':
        return this.cacheable({ resourceTemplates: [{ uriTemplate: 'test://{name}', name: 'any' }] });
      case 'resources/read':
        return this.read(message);
      case 'prompts/get':
        throw new ProtocolError(-32602, 'There is no such prompt');
      case 'tools/call':
        return this.call(message, answer);
      default:
        throw this.unknownMethod();
    }
  }

  unknownMethod() {
    return new ProtocolError(-32601, 'Method not found');
  }

  tools() {
    return [
      { name: 'echo', inputSchema: { type: 'object', properties: { text: { type: 'string' } } } },
      { name: 'slow', inputSchema: { type: 'object', properties: { ms: { type: 'integer' } } } },
    ];
  }

  read({ params }) {
    throw new ProtocolError(this.isModern(params) ? -32602 : -32002, 'There is no such resource');
  }

  call(message, answer) {
    const { name, arguments: args = {} } = message.params ?? {};
    if (name === 'echo') return this.echo(args, message);
    if (name === 'slow') return this.slow(message, answer);
    throw new ProtocolError(-32602, 'There is no such tool');
  }

  echo({ text = '' }) {
    return { content: [{ type: 'text', text: String(text) }] };
  }

  /** Reports progress five times, then answers. */
  slow(message, answer) {
    const token = message.params._meta?.progressToken;
    const ms = message.params.arguments?.ms ?? 500;
    let progress = 0;
    const timer = setInterval(() => {
      progress++;
      if (token !== undefined) this.report(token, progress);
      if (progress < 5) return;
      clearInterval(timer);
      this.running.delete(message.id);
      answer(this.resultResponse(message, this.echo({ text: 'done' })));
      this.afterSlow(token);
    }, ms / 5);
    this.running.set(message.id, () => clearInterval(timer));
    return undefined;
  }

  report(token, progress) {
    this.send({ jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: token, progress, total: 5 } });
  }

  afterSlow() {}

  listen({ id, params }) {
    this.subscriptions.set(id, params.notifications ?? {});
    this.acknowledge(id, params.notifications ?? {});
    return undefined;
  }

  acknowledge(id, notifications) {
    this.send({
      jsonrpc: '2.0',
      method: 'notifications/subscriptions/acknowledged',
      params: { _meta: { [`${META}subscriptionId`]: id }, notifications: this.honoured(notifications) },
    });
  }

  honoured(notifications) {
    return notifications;
  }

  /** In good order: what is subscribed to is answered. */
  stop() {
    for (const give of this.running.values()) give();
    for (const id of this.subscriptions.keys()) {
      this.send({
        jsonrpc: '2.0',
        id,
        result: { resultType: 'complete', _meta: { [`${META}subscriptionId`]: id, [`${META}serverInfo`]: INFO } },
      });
    }
    this.subscriptions.clear();
  }
}
