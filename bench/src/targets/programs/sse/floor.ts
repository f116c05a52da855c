// The shortest correct HTTP+SSE server: a response kept in a Map for each session. No limits, no error handling, a comment at each beat.
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { joinBroadcasts } from '../http/broadcast.js';
import { createAskedServer, heartbeatMs, listen } from '../http/listen.js';
import { type Incoming, ServedSession } from '../http/session-handler.js';
import { createTools } from '../http/tools.js';

const streams = new Map<string, { response: ServerResponse; session: ServedSession }>();
const tools = createTools();

function open(response: ServerResponse): void {
  const id = randomUUID();
  const session = new ServedSession(tools, (message) => push(response, message));
  streams.set(id, { response, session });
  const leave = joinBroadcasts((message) => push(response, message));
  response.on('close', () => {
    streams.delete(id);
    leave();
    session.end();
  });
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  response.write(`event: endpoint\ndata: /messages?sessionId=${id}\n\n`);
}

function push(stream: ServerResponse, message: object): void {
  stream.write(`event: message\ndata: ${JSON.stringify(message)}\n\n`);
}

function receive(request: IncomingMessage, response: ServerResponse): void {
  const stream = streams.get(new URL(request.url as string, 'http://localhost').searchParams.get('sessionId') ?? '');
  if (stream === undefined) return void response.writeHead(404).end();
  let text = '';
  request.setEncoding('utf8');
  request.on('data', (piece: string) => {
    text += piece;
  });
  request.on('end', () => {
    response.writeHead(202).end('Accepted');
    stream.session.handle(JSON.parse(text) as Incoming);
  });
}

if (heartbeatMs !== undefined) {
  setInterval(() => {
    for (const { response } of streams.values()) response.write(': keep-alive\n\n');
  }, heartbeatMs).unref();
}

await listen(
  createAskedServer((request, response) => {
    if (request.method === 'POST') receive(request, response);
    else open(response);
  }),
  '/sse',
);
