import type { RawTransport } from '../../../load/echo-client.js';
import { createText } from '../../../load/text.js';
import { type TickOptions, tick } from '../tick.js';
import { broadcast, joinBroadcasts } from './broadcast.js';
import type { Tools } from './tools.js';

/** A message as it came off the wire. */
export interface Incoming {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: { readonly name?: string; readonly arguments?: object; readonly text?: string; readonly protocolVersion?: string };
}

type Send = (message: object) => Promise<void> | void;

/** What a session does with a message where no protocol layer stands above the transport: the handshake, the tools, and a bare echo. */
export function createSessionHandler(tools: Tools, send: Send): (message: Incoming) => void {
  const answer = (id: Incoming['id'], result: object): void => void send({ jsonrpc: '2.0', id, result });
  return ({ id, method, params }) => {
    if (method === 'tools/call') {
      const text = call(tools, send, params?.name as string, params?.arguments as never);
      if (typeof text === 'string') answer(id, toToolResult(text));
      else void text.then((later) => answer(id, toToolResult(later)));
    } else if (method === 'echo') answer(id, { text: params?.text });
    else if (method === 'initialize') answer(id, toServerInfo(params?.protocolVersion));
  };
}

function call(tools: Tools, send: Send, name: string, args: never): string | Promise<string> {
  if (name === 'pushed') return String(pushedBytes);
  if (name === 'broadcast') return String(broadcast((args as { text: string }).text));
  if (name === 'tick') {
    tick(send, args as TickOptions);
    return '';
  }
  if (name !== 'push') return tools[name as keyof Tools](args);
  // When a reader goes away, there is nobody left to send to.
  push(send, args).catch(() => {});
  return '';
}

/** Serves a session over a transport, without a protocol layer above it. */
export async function serveSession(transport: RawTransport, tools: Tools): Promise<void> {
  const send = (message: object): Promise<void> => transport.send(message as never);
  transport.onmessage = createSessionHandler(tools, send) as (message: never) => void;
  transport.onclose = joinBroadcasts(send);
  await transport.start();
}

/** A text as the result of a tool. */
export function toToolResult(text: string): { content: [{ type: 'text'; text: string }] } {
  return { content: [{ type: 'text', text }] };
}

function toServerInfo(protocolVersion: string | undefined): object {
  return { protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'bench', version: '1.0.0' } };
}

/** Bytes whose send has settled, in all sessions. */
let pushedBytes = 0;

/** Sends `bytes` to the client in pieces, no faster than the transport takes them, and says at the end that this was all. */
async function push(send: Send, { bytes, pieceBytes }: { bytes: number; pieceBytes: number }): Promise<void> {
  for (let sent = 0; sent < bytes; sent += pieceBytes) {
    await send(toNotification(createText(pieceBytes)));
    pushedBytes += pieceBytes;
  }
  await send(toNotification('pushed all'));
}

function toNotification(data: string): object {
  return { jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data } };
}
