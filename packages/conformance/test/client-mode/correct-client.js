/**
 * A small MCP client, written from the specification alone: both eras, no transport. `faults/` breaks it in one way each. It shares no
 * code with what judges it.
 */
const LEGACY = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'];
const MODERN = '2026-07-28';
const META = 'io.modelcontextprotocol/';
const MODERN_ERRORS = [-32020, -32021, -32022];
const CAPABILITIES = { extensions: { 'com.example/steps': {} } };
const INFO = { name: 'correct-client', version: '1.0.0' };

class RequestError extends Error {
  constructor({ code, message, data }) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

export class CorrectClient {
  revision = undefined;
  modern = false;
  nextId = 1;
  waiting = new Map();
  tools = [];

  /** `wire.send(message)` sends one message; what comes is given to `receive`. */
  constructor(wire) {
    this.wire = wire;
    wire.client = this;
  }

  async connect(timeoutMs) {
    this.modern = true;
    this.revision = MODERN;
    try {
      const { supportedVersions } = await this.request('server/discover', {}, { timeoutMs: 10_000 });
      if (!supportedVersions.includes(MODERN)) throw new Error('no version in common');
      return;
    } catch (error) {
      if (!this.meansLegacy(error)) throw error;
    }
    this.modern = false;
    await this.initialize(timeoutMs);
  }

  /** Whether an answer to server/discover shows a server from before it. */
  meansLegacy(error) {
    return !(error instanceof RequestError && MODERN_ERRORS.includes(error.code));
  }

  async initialize(timeoutMs) {
    this.modern = false;
    this.revision = undefined;
    const params = { protocolVersion: LEGACY.at(-1), capabilities: {}, clientInfo: INFO };
    const { protocolVersion } = await this.request('initialize', params, { timeoutMs });
    if (!LEGACY.includes(protocolVersion)) throw new Error('no version in common');
    this.revision = protocolVersion;
    this.notify('notifications/initialized');
  }

  meta(more) {
    if (!this.modern) return more;
    return { [`${META}protocolVersion`]: MODERN, [`${META}clientInfo`]: INFO, [`${META}clientCapabilities`]: CAPABILITIES, ...more };
  }

  newId() {
    return this.nextId++;
  }

  async request(method, params = {}, { timeoutMs, progress } = {}) {
    const id = this.newId();
    const _meta = this.meta(progress ? { progressToken: this.tokenFor(id) } : undefined);
    const message = { jsonrpc: '2.0', id, method, params: { ...params, ...(_meta && { _meta }) } };
    const result = await new Promise((resolve, reject) => {
      const timer = timeoutMs === undefined ? undefined : setTimeout(() => this.giveUp(message), timeoutMs);
      const settle = (how) => (value) => {
        clearTimeout(timer);
        this.waiting.delete(id);
        how(value);
      };
      this.waiting.set(id, { method, resolve: settle(resolve), reject: settle(reject) });
      this.wire.send(message).catch((error) => this.waiting.get(id)?.reject(error));
    });
    return this.checked(result, method);
  }

  checked(result, method) {
    if (this.modern && result.resultType !== undefined && result.resultType !== 'complete') throw new Error('unknown result');
    if (method === 'tools/list') this.tools = result.tools.filter((tool) => this.accepts(tool));
    return result;
  }

  /** Whether the marks of a tool are as they have to be. */
  accepts({ inputSchema }) {
    const marked = Object.values(inputSchema.properties ?? {}).filter((property) => 'x-mcp-header' in property);
    const names = marked.map((property) => property['x-mcp-header']);
    return (
      names.every((name) => /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) &&
      new Set(names.map((name) => name.toLowerCase())).size === names.length &&
      marked.every(({ type }) => ['string', 'number', 'integer', 'boolean'].includes(type))
    );
  }

  tokenFor(id) {
    return `token-${id}`;
  }

  /** No answer is wanted any more. */
  giveUp(message) {
    const { id, method } = message;
    this.waiting.get(id)?.reject(new Error('given up'));
    if (this.wire.abandon(id)) return;
    if (method !== 'initialize') this.notify('notifications/cancelled', { requestId: id });
  }

  notify(method, params) {
    const _meta = this.modern ? this.meta() : undefined;
    const all = params || _meta ? { params: { ...params, ...(_meta && { _meta }) } } : {};
    this.wire.send({ jsonrpc: '2.0', method, ...all }).catch(() => {});
  }

  receive(value) {
    if (!Array.isArray(value)) this.receiveOne(value);
    else if (this.revision === '2025-03-26') for (const message of value) this.receiveOne(message);
  }

  receiveOne(message) {
    if (message.method === undefined) this.response(message);
    else if ('id' in message) this.asked(message);
  }

  response({ id, result, error }) {
    const waiting = this.waiting.get(id);
    if (error) waiting?.reject(new RequestError(error));
    else waiting?.resolve(result);
  }

  asked({ id, method }) {
    if (this.modern) return;
    if (method === 'ping') this.answer({ jsonrpc: '2.0', id, result: {} });
    else this.answer({ jsonrpc: '2.0', id, error: { code: -32601, message: 'Method not found' } });
  }

  answer(message) {
    this.wire.send(message).catch(() => {});
  }

  /** One step, as the suite describes them. @returns whether it came out as expected */
  async step({ method, params, expect = 'result', cancelAfterMs, progress, onlyIfListed }) {
    if (onlyIfListed && !this.tools.some(({ name }) => name === params.name)) return true;
    try {
      await this.perform(method, params, { timeoutMs: cancelAfterMs, progress });
      return expect !== 'error';
    } catch {
      return expect !== 'result';
    }
  }

  async perform(method, params, options) {
    try {
      return await this.request(method, params, options);
    } catch (error) {
      if (error.code === -32020 && this.modern && method === 'tools/call') {
        await this.request('tools/list');
        return this.request(method, params, options);
      }
      if (error.sessionLost) {
        await this.initialize();
        return this.request(method, params, options);
      }
      throw error;
    }
  }
}
