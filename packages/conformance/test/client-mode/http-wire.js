import { setTimeout as sleep } from 'node:timers/promises';
import { exchange } from './http-exchange.js';

/** Streamable HTTP: a POST for each message, GET for the rest of a stream that broke off, and HTTP+SSE for servers from before. */
export class HttpWire {
  client = undefined;
  session = undefined;
  endpoint = undefined;
  running = new Map();
  closing = new AbortController();

  constructor(url) {
    this.url = url;
  }

  headersFor(message) {
    const { client } = this;
    const headers = { accept: this.accept(), 'content-type': 'application/json' };
    if (client.modern) return { ...headers, ...this.modernHeaders(message) };
    if (message.method === 'initialize') return headers;
    return { ...headers, ...this.sessionHeaders() };
  }

  accept() {
    return 'application/json, text/event-stream';
  }

  sessionHeaders() {
    const { revision } = this.client;
    return { ...(this.session && { 'mcp-session-id': this.session }), ...(revision && this.versionHeader(revision)) };
  }

  versionHeader(revision) {
    return { 'mcp-protocol-version': revision };
  }

  modernHeaders({ method, params }) {
    const headers = { ...this.versionHeader('2026-07-28'), 'mcp-method': method };
    const name = method === 'resources/read' ? params.uri : ['tools/call', 'prompts/get'].includes(method) ? params.name : undefined;
    if (name !== undefined) headers['mcp-name'] = this.encodeName(name);
    if (method === 'tools/call') Object.assign(headers, this.paramHeaders(params));
    return headers;
  }

  paramHeaders({ name, arguments: args = {} }) {
    const { properties = {} } = this.client.tools.find((tool) => tool.name === name)?.inputSchema ?? {};
    const marked = Object.entries(properties).filter(([key, property]) => 'x-mcp-header' in property && this.isGiven(args, key));
    return Object.fromEntries(marked.map(([key, property]) => [`mcp-param-${property['x-mcp-header']}`, this.encode(String(args[key]))]));
  }

  isGiven(args, key) {
    return args[key] !== undefined && args[key] !== null;
  }

  encodeName(name) {
    return this.encode(name);
  }

  encode(text) {
    const isPlain = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(text) && !/^=\?base64\?.*\?=$/.test(text);
    return isPlain ? text : this.encodeBase64(text);
  }

  encodeBase64(text) {
    return `=?base64?${Buffer.from(text).toString('base64')}?=`;
  }

  async send(message) {
    const controller = new AbortController();
    if (message.method && message.id !== undefined) this.running.set(message.id, controller);
    const signal = AbortSignal.any([controller.signal, this.closing.signal]);
    const headers = this.headersFor(message);
    const response = await exchange(this.endpoint ?? this.url, { method: 'POST', headers, body: this.body(message), signal });
    this.noteSession(message, response);
    if (!response.ok) return this.refused(message, response, headers);
    await this.read(message, response);
  }

  body(message) {
    return JSON.stringify(message);
  }

  noteSession({ method }, { header }) {
    if (method === 'initialize') this.session = header('mcp-session-id');
  }

  async refused(message, response, headers) {
    const text = await response.text();
    if (response.status === 404 && headers['mcp-session-id']) throw Object.assign(new Error('the session is lost'), { sessionLost: true });
    if (message.method === 'initialize' && [400, 404, 405].includes(response.status)) return this.openSse(message);
    let value;
    try {
      value = JSON.parse(text);
    } catch {
      throw new Error(`status ${response.status}`);
    }
    this.client.receive({ ...value, id: message.id });
  }

  /** HTTP+SSE: messages go to the endpoint of the first event. */
  async openSse(message) {
    const response = await exchange(this.url, { headers: { accept: 'text/event-stream' }, signal: this.closing.signal });
    if (!response.ok) throw new Error(`status ${response.status}`);
    for await (const { event, data } of this.events(response)) {
      if (event === 'endpoint') {
        this.endpoint = new URL(data, this.url);
        await this.send(message);
      } else this.client.receive(JSON.parse(data));
    }
  }

  async read(message, response) {
    const type = response.header('content-type') ?? '';
    if (type.startsWith('application/json')) this.client.receive(JSON.parse(await response.text()));
    else if (type.startsWith('text/event-stream')) await this.follow(message, response);
    else response.drop();
  }

  async follow(message, response) {
    let [lastId, retryMs] = [undefined, 300];
    for (let stream = response; ; ) {
      for await (const { id, retry, data } of this.events(stream)) {
        lastId = id ?? lastId;
        retryMs = retry ?? retryMs;
        if (data) this.client.receive(JSON.parse(data));
      }
      if (!this.client.waiting.has(message.id) || lastId === undefined) return;
      await this.pause(retryMs);
      stream = await this.resume(lastId);
      if (!stream.ok) return;
    }
  }

  pause(retryMs) {
    return sleep(retryMs);
  }

  resume(lastId) {
    const headers = { accept: this.acceptStream(), ...this.lastEvent(lastId), ...this.sessionHeaders() };
    return exchange(this.url, { headers, signal: this.closing.signal });
  }

  acceptStream() {
    return 'text/event-stream';
  }

  lastEvent(id) {
    return { 'last-event-id': id };
  }

  async *events(response) {
    let rest = '';
    let event = {};
    for await (const chunk of response.chunks) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop();
      for (const line of lines) {
        const [, name, value] = this.field(line.replace(/\r$/, ''));
        if (name === undefined && line.trim() === '') {
          if (event.data !== undefined) yield event;
          event = {};
        } else if (name === 'data') event.data = event.data === undefined ? value : `${event.data}\n${value}`;
        else if (name === 'retry') event.retry = Number(value);
        else if (name) event[name] = value;
      }
    }
  }

  field(line) {
    return /^([^:]+)(?:: ?(.*))?$/.exec(line) ?? [];
  }

  /** Over HTTP a modern request is given up by closing its stream. */
  abandon(id) {
    if (!this.client.modern) return false;
    this.running.get(id)?.abort();
    return true;
  }

  async close() {
    if (this.session) await exchange(this.url, { method: 'DELETE', headers: this.sessionHeaders() }).catch(() => {});
    this.closing.abort();
  }
}
