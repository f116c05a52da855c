// The shortest correct MCP over HTTP: reads the body, JSON.parse, answers. No limits, no error handling, no checks but of the session.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { joinBroadcasts } from './broadcast.js';
import { createAskedServer, heartbeatMs, keepsEvents, listen, replies } from './listen.js';
import { type Incoming, ServedSession } from './session-handler.js';
import { createTools } from './tools.js';

interface Session {
  readonly served: ServedSession;
  /** Responses that wait for their answer, by the request's id. */
  readonly pending: Map<unknown, ServerResponse>;
  stream?: ServerResponse | undefined;
  /** What was sent on the stream, each at the index that is its id; only where that is kept. */
  readonly kept: string[];
}

const sessions = new Map<string, Session>();
const streams = new Set<ServerResponse>();
const tools = createTools();
const eventStream = { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' };

function createSession(): Session {
  const pending = new Map<unknown, ServerResponse>();
  const send = (message: { id?: unknown }, related?: unknown): Promise<void> | void => {
    const text = JSON.stringify(message);
    const response = pending.get(related ?? message.id);
    if (response === undefined) return say(session, text);
    if (related !== undefined) {
      if (!response.headersSent) response.writeHead(200, eventStream);
      return push(response, text);
    }
    pending.delete(message.id);
    if (response.headersSent) response.end(`event: message\ndata: ${text}\n\n`);
    else if (replies === 'json') {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
      response.end(text);
    } else {
      response.writeHead(200, eventStream);
      response.end(`event: message\ndata: ${text}\n\n`);
    }
  };
  const session: Session = { served: new ServedSession(tools, send as never), pending, kept: [] };
  return session;
}

/** Sends what belongs to no request. */
function say({ stream, kept }: Session, text: string): Promise<void> | void {
  if (!keepsEvents) return push(stream as ServerResponse, text);
  const frame = `event: message\nid: ${kept.length}\ndata: ${text}\n\n`;
  kept.push(frame);
  if (stream?.write(frame) === false) return once(stream, 'drain').then(() => {});
}

function push(stream: ServerResponse, text: string): Promise<void> | void {
  if (!stream.write(`event: message\ndata: ${text}\n\n`)) return once(stream, 'drain').then(() => {});
}

function receive(request: IncomingMessage, response: ServerResponse, text: string): void {
  const message = JSON.parse(text) as Incoming;
  let session = sessions.get(request.headers['mcp-session-id'] as string);
  // A request of 2026-07-28 is a session of its own.
  if (request.headers['mcp-protocol-version'] === '2026-07-28') session = createSession();
  if (message.method === 'initialize') {
    const id = randomUUID();
    session = createSession();
    sessions.set(id, session);
    response.setHeader('mcp-session-id', id);
  }
  if (session === undefined) response.writeHead(404).end();
  else if (message.id === undefined) {
    response.writeHead(202).end();
    session.served.handle(message);
  } else {
    session.pending.set(message.id, response);
    // Nothing else is still at work when its client goes.
    if (message.params?.name === 'work') response.on('close', () => session.served.end(message.id));
    session.served.handle(message);
  }
}

function openStream(request: IncomingMessage, response: ServerResponse): void {
  const session = sessions.get(request.headers['mcp-session-id'] as string);
  if (session === undefined || (session.stream !== undefined && !keepsEvents)) return void response.writeHead(405).end();
  session.stream = response;
  streams.add(response);
  const leave = joinBroadcasts((message) => say(session, JSON.stringify(message)));
  response.on('close', () => {
    streams.delete(response);
    leave();
    if (session.stream === response) session.stream = undefined;
  });
  response.writeHead(200, eventStream);
  response.flushHeaders();
  const lastId = request.headers['last-event-id'];
  if (lastId !== undefined) response.write(session.kept.slice(Number(lastId) + 1).join(''));
}

const server = createAskedServer((request, response) => {
  if (request.method !== 'POST') return openStream(request, response);
  let text = '';
  request.setEncoding('utf8');
  request.on('data', (piece: string) => {
    text += piece;
  });
  request.on('end', () => receive(request, response, text));
});
if (heartbeatMs !== undefined) {
  setInterval(() => {
    for (const stream of streams) stream.write(': keep-alive\n\n');
  }, heartbeatMs).unref();
}
await listen(server, '/mcp');
