import { randomUUID } from 'node:crypto';
import http from 'node:http';

const LOOPBACK = /^https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/;
const TYPE = 'text/event-stream';

/**
 * HTTP+SSE over node:http, written from the specification of 2024-11-05 alone: `/sse` is the stream, `/messages` takes the POSTs. Each stream
 * is a session with a server of its own. `faults/sse.js` breaks it.
 */
export class SseWire {
  /** Open sessions by id. */
  sessions = new Map();
  #http = http.createServer((request, response) => this.handle(request, response));

  /** @param {(send: (message: unknown) => void) => { receive(text: string): void, stop(): void }} connect makes the server of one session */
  constructor(connect) {
    this.connect = connect;
  }

  /** @returns {Promise<string>} the address of the stream */
  /** Where it listens. */
  host = '127.0.0.1';

  async start(port = 0) {
    await new Promise((resolve) => this.#http.listen(port, this.host, resolve));
    this.port = this.#http.address().port;
    return `http://127.0.0.1:${this.port}/sse`;
  }

  async close() {
    for (const session of [...this.sessions.values()]) this.endSession(session);
    this.#http.closeAllConnections();
    await new Promise((resolve) => this.#http.close(resolve));
  }

  handle(request, response) {
    const { pathname, searchParams } = new URL(request.url, 'http://localhost');
    if (pathname === '/sse') {
      if (request.method !== 'GET') this.refuse(response, 405);
      else if (!this.streamOriginIsRight(request)) this.refuse(response, 403);
      else this.open(response);
    } else if (pathname === '/messages') {
      if (request.method !== 'POST') this.refuse(response, 405);
      else if (!this.postOriginIsRight(request)) this.refuse(response, 403);
      else return this.post(request, response, searchParams.get('session'));
    } else this.refuse(response, 404);
    return undefined;
  }

  streamOriginIsRight(request) {
    return this.originIsRight(request);
  }

  postOriginIsRight(request) {
    return this.originIsRight(request);
  }

  originIsRight({ headers: { origin } }) {
    return origin === undefined || LOOPBACK.test(origin);
  }

  refuse(response, status, text = http.STATUS_CODES[status]) {
    response.writeHead(status, { 'content-type': 'text/plain' }).end(`${text}\n`);
  }

  streamHeaders() {
    return { 'content-type': TYPE, 'cache-control': 'no-store' };
  }

  open(response) {
    response.writeHead(200, this.streamHeaders());
    response.flushHeaders();
    const session = { id: this.newId(), response };
    session.server = this.connect((message) => this.say(session, message));
    this.sessions.set(session.id, session);
    response.on('close', () => this.endSession(session));
    this.greet(session);
  }

  newId() {
    return randomUUID();
  }

  /** The first event of a stream. */
  greet(session) {
    this.comment(session);
    this.event(session, 'endpoint', this.endpoint(session));
  }

  endpoint(session) {
    return `/messages?session=${session.id}`;
  }

  comment({ response }) {
    response.write(': hello\n\n');
  }

  /** A message of the server. */
  say(session, message) {
    this.event(session, 'message', this.stringify(message));
  }

  stringify(message) {
    return JSON.stringify(message);
  }

  event({ response }, type, data) {
    if (!response.writableEnded)
      response.write(
        `event: ${type}\n${data
          .split('\n')
          .map((line) => `data: ${line}\n`)
          .join('')}\n`,
      );
  }

  endSession(session) {
    this.sessions.delete(session.id);
    for (const give of session.server.running.values()) give();
    session.response.end();
  }

  async post(request, response, id) {
    const session = this.sessionOf(id, request);
    if (!session) return this.refuse(response, 404, 'There is no such session');
    if (!this.isJson(request)) return this.refuse(response, 415);
    this.take(session, await this.read(request), response);
  }

  async read(request) {
    const parts = [];
    for await (const part of request) parts.push(part);
    return Buffer.concat(parts).toString('utf8');
  }

  sessionOf(id) {
    return this.sessions.get(id);
  }

  isJson({ headers }) {
    return /^application\/json\s*(?:;|$)/i.test(headers['content-type'] ?? '');
  }

  take(session, text, response) {
    if (!this.isMessage(text)) return this.refuseMessage(session, text, response);
    this.accept(response);
    session.server.receive(text);
  }

  isMessage(text) {
    try {
      const value = JSON.parse(text);
      return typeof value === 'object' && value !== null;
    } catch {
      return false;
    }
  }

  refuseMessage(_session, _text, response) {
    this.refuse(response, 400, 'That is no message');
  }

  accept(response) {
    response.writeHead(202).end('Accepted');
  }
}
