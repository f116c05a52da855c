// The shortest correct MCP over HTTP: reads the body, JSON.parse, answers. No limits, no error handling, no checks but of the session.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { joinBroadcasts } from './broadcast.js';
import { createAskedServer, heartbeatMs, listen, replies } from './listen.js';
import { createSessionHandler, type Incoming } from './session-handler.js';
import { createTools } from './tools.js';

interface Session {
  handle(message: Incoming): void;
  /** Responses that wait for their answer, by the request's id. */
  readonly pending: Map<unknown, ServerResponse>;
  stream?: ServerResponse;
}

const sessions = new Map<string, Session>();
const streams = new Set<ServerResponse>();
const tools = createTools();

function createSession(): Session {
  const pending = new Map<unknown, ServerResponse>();
  const send = (message: { id?: unknown }): Promise<void> | void => {
    const text = JSON.stringify(message);
    const response = pending.get(message.id);
    if (response === undefined) return push(session.stream as ServerResponse, text);
    pending.delete(message.id);
    if (replies === 'json') {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
      response.end(text);
    } else {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
      response.end(`event: message\ndata: ${text}\n\n`);
    }
  };
  const session: Session = { handle: createSessionHandler(tools, send), pending };
  return session;
}

function push(stream: ServerResponse, text: string): Promise<void> | void {
  if (!stream.write(`event: message\ndata: ${text}\n\n`)) return once(stream, 'drain').then(() => {});
}

function receive(request: IncomingMessage, response: ServerResponse, text: string): void {
  const message = JSON.parse(text) as Incoming;
  let session = sessions.get(request.headers['mcp-session-id'] as string);
  if (message.method === 'initialize') {
    const id = randomUUID();
    session = createSession();
    sessions.set(id, session);
    response.setHeader('mcp-session-id', id);
  }
  if (session === undefined) response.writeHead(404).end();
  else if (message.id === undefined) response.writeHead(202).end();
  else {
    session.pending.set(message.id, response);
    session.handle(message);
  }
}

function openStream(request: IncomingMessage, response: ServerResponse): void {
  const session = sessions.get(request.headers['mcp-session-id'] as string);
  if (session === undefined || session.stream !== undefined) return void response.writeHead(405).end();
  session.stream = response;
  streams.add(response);
  const leave = joinBroadcasts((message) => push(response, JSON.stringify(message)));
  response.on('close', () => {
    streams.delete(response);
    leave();
  });
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  response.flushHeaders();
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
