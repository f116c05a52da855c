import { randomUUID } from 'node:crypto';
import http from 'node:http';

const LOOPBACK = /^https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/;
const VERSIONS = ['2025-03-26', '2025-06-18', '2025-11-25'];
const STREAM = 'text/event-stream';
const JSON_TYPE = 'application/json';

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const isRequest = (message) =>
  isObject(message) &&
  message.jsonrpc === '2.0' &&
  typeof message.method === 'string' &&
  (typeof message.id === 'string' || Number.isInteger(message.id));

/** What is written in reply to one request of HTTP, and outlives it: a client that lost it asks for what followed an event. */
class EventStream {
  events = [];
  response = undefined;
  ended = false;

  constructor(id, wire, session) {
    this.id = id;
    this.wire = wire;
    this.session = session;
  }

  attach(response) {
    this.response = response;
    response.writeHead(200, this.wire.streamHeaders());
    response.flushHeaders();
    response.on('close', () => {
      if (this.response === response) this.response = undefined;
      this.wire.disconnected(this);
    });
  }

  /** An event, kept for who comes back; without `data` it primes the client. */
  write(data) {
    const event = { id: this.wire.eventId(this), data: data ?? '' };
    this.events.push(event);
    this.send(event);
  }

  send(event) {
    this.response?.write(this.wire.formatEvent(event));
  }

  end() {
    this.ended = true;
    this.response?.end();
  }
}

/**
 * Streamable HTTP over node:http, written from the specification alone: `/mcp`, from 2025-03-26 to 2025-11-25, with a
 * server for each session. `faults/streamable-http.js` breaks it.
 */
export class HttpWire {
  path = '/mcp';
  host = '127.0.0.1';
  versions = VERSIONS;
  /** Sessions by id. */
  sessions = new Map();
  streams = 0;
  #http = http.createServer((request, response) => {
    this.handle(request, response).catch((error) => {
      if (!response.headersSent) this.refuse(response, 500, String(error));
      else response.destroy();
    });
  });

  /** @param {(send: (message: unknown) => void) => import('./correct-server.js').CorrectServer} connect makes the server of one session */
  constructor(connect) {
    this.connect = connect;
  }

  /** @returns {Promise<string>} its address */
  async start(port = 0) {
    await new Promise((resolve) => this.#http.listen(port, this.host, resolve));
    this.port = this.#http.address().port;
    return `http://127.0.0.1:${this.port}${this.path}`;
  }

  async close() {
    for (const session of [...this.sessions.values()]) this.endSession(session);
    this.#http.closeAllConnections();
    await new Promise((resolve) => this.#http.close(resolve));
  }

  async handle(request, response) {
    const { pathname } = new URL(request.url, 'http://localhost');
    if (pathname !== this.path) return this.elsewhere(pathname, response);
    if (!this.isAllowedOrigin(request)) return this.refuse(response, this.originStatus());
    if (!this.isAuthorized(request, response)) return undefined;
    switch (request.method) {
      case 'POST':
        return this.post(request, response);
      case 'GET':
        return this.get(request, response);
      case 'DELETE':
        return this.delete(request, response);
      default:
        return this.refuse(response, 405);
    }
  }

  elsewhere(_pathname, response) {
    this.refuse(response, 404);
  }

  isAllowedOrigin({ headers: { origin } }) {
    return origin === undefined || LOOPBACK.test(origin);
  }

  originStatus() {
    return 403;
  }

  isAuthorized() {
    return true;
  }

  refuse(response, status, text = http.STATUS_CODES[status]) {
    response.writeHead(status, { 'content-type': 'text/plain' }).end(`${text}\n`);
  }

  refuseMessage(response, status, code, message, id = null) {
    this.json(response, status, { jsonrpc: '2.0', id, error: { code, message } });
  }

  json(response, status, value, headers = {}) {
    response.writeHead(status, { 'content-type': this.jsonType(), ...headers }).end(JSON.stringify(value));
  }

  jsonType() {
    return JSON_TYPE;
  }

  streamHeaders() {
    return { 'content-type': STREAM, 'cache-control': 'no-store' };
  }

  formatEvent({ id, data, retry }) {
    return `id: ${id}\n${retry === undefined ? '' : `retry: ${retry}\n`}data: ${data}\n\n`;
  }

  eventId(stream) {
    return `${stream.id}-${stream.events.length}`;
  }

  async read(request) {
    const parts = [];
    for await (const part of request) parts.push(part);
    return Buffer.concat(parts).toString('utf8');
  }

  acceptsBoth({ headers: { accept = '' } }) {
    const types = accept.split(',').map((type) => type.split(';')[0].trim().toLowerCase());
    return types.includes('*/*') || (types.includes(JSON_TYPE) && types.includes(STREAM));
  }

  async post(request, response) {
    const text = await this.read(request);
    if (!this.acceptsBoth(request)) return this.refuse(response, 406);
    let value;
    try {
      value = JSON.parse(text);
    } catch {
      return this.refuseMalformed(response, -32700, 'Parse error');
    }
    if (isRequest(value) && value.method === 'initialize') return this.initialize(response, value);
    const session = this.findSession(request, response);
    if (!session || !this.checkVersion(request, response, session)) return undefined;
    return this.take(session, value, response);
  }

  refuseMalformed(response, code, message) {
    this.refuseMessage(response, 400, code, message);
  }

  initialize(response, message) {
    const session = this.openSession();
    session.server.request(message, (answer) => {
      this.json(response, 200, answer, answer.error ? {} : this.sessionHeaders(session));
      if (answer.error) this.sessions.delete(session.id);
    });
  }

  sessionHeaders({ id }) {
    return { 'mcp-session-id': id };
  }

  newSessionId() {
    return randomUUID();
  }

  openSession() {
    const session = { id: this.newSessionId(), waiting: [], byRequest: new Map(), byToken: new Map(), byId: new Map(), listening: [] };
    session.server = this.connect((message) => this.say(session, message));
    this.sessions.set(session.id, session);
    return session;
  }

  /** The session that the request names; refuses it where there is none. */
  findSession(request, response) {
    const id = request.headers['mcp-session-id'];
    if (id === undefined) {
      this.refuseMissing(response);
      return undefined;
    }
    const session = this.sessions.get(id);
    if (!session) this.refuseUnknown(response, id);
    return session;
  }

  refuseMissing(response) {
    this.refuse(response, 400, 'A Mcp-Session-Id is needed');
  }

  refuseUnknown(response) {
    this.refuse(response, 404, 'There is no such session');
  }

  checkVersion(request, response) {
    const version = request.headers['mcp-protocol-version'];
    if (version === undefined || this.versions.includes(version)) return true;
    this.refuse(response, 400, 'Unsupported protocol version');
    return false;
  }

  take(session, value, response) {
    if (Array.isArray(value) && (session.server.revision !== '2025-03-26' || value.length === 0))
      return this.refuseArray(session, value, response);
    const messages = Array.isArray(value) ? value : [value];
    const requests = messages.filter(isRequest);
    if (requests.length === 0) return this.takeQuietly(session, messages, response);
    return this.answer(session, messages, requests, response, Array.isArray(value));
  }

  refuseArray(_session, _value, response) {
    this.refuseMalformed(response, -32600, 'Invalid request');
  }

  /** Nothing in it is a request: accepted, or refused. */
  takeQuietly(session, messages, response) {
    const errors = [];
    for (const message of messages) session.server.receiveOne(message, (error) => errors.push(error));
    if (errors.length > 0) return this.refuseQuietly(response, errors[0]);
    for (const message of messages)
      if (message?.method === 'notifications/cancelled') this.endCancelled(session, message.params?.requestId);
    return this.accept(response, messages);
  }

  refuseQuietly(response, error) {
    this.json(response, 400, error);
  }

  accept(response) {
    response.writeHead(202, { 'content-length': 0 }).end();
  }

  endCancelled(session, id) {
    const stream = session.byRequest.get(id);
    session.byRequest.delete(id);
    if (stream && ![...session.byRequest.values()].includes(stream)) stream.end();
  }

  /** Whether the answer to this request comes on a stream. */
  streamsAnswer(message) {
    return message.method !== 'tools/list';
  }

  answer(session, messages, requests, response, isBatch) {
    if (!requests.some((message) => this.streamsAnswer(message))) return this.answerJson(session, messages, requests, response, isBatch);
    const stream = this.openStream(session);
    stream.requests = requests;
    stream.attach(response);
    this.prime(stream);
    let left = requests.length;
    for (const message of messages) {
      if (isRequest(message)) {
        session.byRequest.set(message.id, stream);
        const token = message.params?._meta?.progressToken;
        if (token !== undefined) session.byToken.set(token, stream);
      }
      session.server.receiveOne(message, (answer) => {
        session.byRequest.delete(message.id);
        this.sayAnswer(session, stream, answer);
        left--;
        if (left === 0) this.answered(stream);
      });
    }
    return undefined;
  }

  answerJson(session, messages, requests, response, isBatch) {
    const answers = [];
    const done = () => this.json(response, 200, isBatch ? answers : answers[0]);
    for (const message of messages) {
      session.server.receiveOne(message, (answer) => {
        answers.push(answer);
        if (answers.length === requests.length) done();
      });
    }
  }

  openStream(session) {
    const stream = new EventStream(++this.streams, this, session);
    session.byId.set(String(stream.id), stream);
    return stream;
  }

  /** The event that streams of 2025-11-25 begin with. */
  prime(stream) {
    if (stream.session.server.revision === '2025-11-25') stream.write();
  }

  sayAnswer(_session, stream, answer) {
    stream.write(JSON.stringify(answer));
  }

  answered(stream) {
    stream.end();
  }

  disconnected() {}

  /** What the server says by itself: about a request on its stream, and all else on one that listens. */
  say(session, message) {
    const stream = this.streamFor(session, message);
    if (stream) stream.write(JSON.stringify(message));
    else session.waiting.push(message);
  }

  streamFor(session, message) {
    const token = message.method === 'notifications/progress' ? message.params.progressToken : undefined;
    return session.byToken.get(token) ?? session.listening.at(-1);
  }

  get(request, response) {
    const session = this.findSession(request, response);
    if (!session || !this.checkVersion(request, response, session)) return undefined;
    const after = request.headers['last-event-id'];
    return after === undefined ? this.listen(session, response) : this.resume(session, response, after);
  }

  listen(session, response) {
    const stream = this.openStream(session);
    stream.attach(response);
    response.on('close', () => {
      session.listening = session.listening.filter((each) => each !== stream);
    });
    session.listening.push(stream);
    this.prime(stream);
    for (const message of session.waiting.splice(0)) this.say(session, message);
    this.listened(session, stream);
  }

  listened() {}

  resume(session, response, after) {
    const [id, index] = after.split('-');
    const stream = session.byId.get(id);
    if (!stream) return this.refuse(response, 404, 'There is no such event');
    stream.attach(response);
    for (const event of this.eventsAfter(session, stream, Number(index))) stream.send(event);
    if (stream.ended) response.end();
    return undefined;
  }

  eventsAfter(_session, stream, index) {
    return stream.events.slice(index + 1);
  }

  delete(request, response) {
    const session = this.findSession(request, response);
    if (!session || !this.checkVersion(request, response, session)) return undefined;
    this.endSession(session);
    return response.writeHead(204).end();
  }

  endSession(session) {
    this.sessions.delete(session.id);
    for (const give of session.server.running.values()) give();
    for (const stream of session.byId.values()) stream.end();
  }
}
