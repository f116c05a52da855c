import type { EchoMessage, EchoRequest } from '../../../load/echo-client.js';
import { createText } from '../../../load/text.js';
import { type StreamOptions, stream, toProgress } from '../stream.js';
import { type TickOptions, tick } from '../tick.js';
import { Works, workState } from '../work.js';

/** Sends one message; where it returns a promise, that settles once there is room for more. */
export type Send = (message: EchoMessage & { jsonrpc: '2.0' }) => Promise<void> | void;

/** What every target's server does with a request, so that all of them do the same work. */
export function createHandler(send: Send): (request: EchoRequest) => void {
  const works = new Works();
  return (request) => {
    if (request.method === 'echo') void send({ jsonrpc: '2.0', id: request.id, result: { text: request.params.text as string } });
    else if (request.method === 'echo_later') answerLater(request, send);
    else if (request.method === 'flood') void flood(request, send);
    else if (request.method === 'tick') tick(send as (message: object) => unknown, request.params as unknown as TickOptions);
    else if (request.method === 'stream') void streamChunks(request, send);
    else if (request.method === 'work') works.start(request.id, request.params.key as string);
    else if (request.method === 'work_state')
      void send({ jsonrpc: '2.0', id: request.id, result: { text: workState(request.params.key as string) } });
    else if (request.method === 'notifications/cancelled') works.stop(request.params.requestId);
  };
}

/** Answers after `delayMs`, so that answers overtake each other. */
function answerLater(request: EchoRequest, send: Send): void {
  const { text, delayMs } = request.params as { text: string; delayMs: number };
  setTimeout(() => void send({ jsonrpc: '2.0', id: request.id, result: { text } }), delayMs);
}

/** Sends `count` notifications as fast as the transport takes them, then answers. */
async function flood(request: EchoRequest, send: Send): Promise<void> {
  const { textBytes, count } = request.params as { textBytes: number; count: number };
  const params = { text: createText(textBytes) };
  for (let i = 0; i < count; i++) await send({ jsonrpc: '2.0', method: 'chunk', params });
  void send({ jsonrpc: '2.0', id: request.id, result: { text: '' } });
}

async function streamChunks(request: EchoRequest, send: Send): Promise<void> {
  await stream((atMs, text) => send(toProgress(request.id, atMs, text) as never), request.params as unknown as StreamOptions);
  void send({ jsonrpc: '2.0', id: request.id, result: { text: '' } });
}
