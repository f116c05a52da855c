import type { RawTransport } from '../../../load/echo-client.js';
import { createText } from '../../../load/text.js';
import { type StreamOptions, stream, toProgress } from '../stream.js';
import { type TickOptions, tick } from '../tick.js';
import { Works, workState } from '../work.js';
import { broadcast, joinBroadcasts } from './broadcast.js';
import type { Tools } from './tools.js';

/** A message as it came off the wire. */
export interface Incoming {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: {
    readonly name?: string;
    readonly arguments?: object;
    readonly text?: string;
    readonly protocolVersion?: string;
    readonly requestId?: number | string;
    readonly _meta?: { readonly progressToken?: number | string };
  };
}

/** Sends a message; where it belongs to a request that is not answered yet, by the stream of that one. */
export type Send = (message: object, relatedRequestId?: number | string) => Promise<void> | void;

/** What a session does with a message where no protocol layer stands above the transport: the handshake, the tools, and a bare echo. */
export class ServedSession {
  readonly #tools: Tools;
  readonly #send: Send;
  readonly #works = new Works();

  constructor(tools: Tools, send: Send) {
    this.#tools = tools;
    this.#send = send;
  }

  handle(message: Incoming): void {
    const { id, method, params } = message;
    if (method === 'tools/call') {
      const text = this.#call(message);
      if (typeof text === 'string') this.#answer(id, toToolResult(text));
      else {
        const answer = (later: string): void => this.#answer(id, toToolResult(later));
        // Chunks that could not be sent had nobody to read them, and so has the answer.
        text?.then(answer, () => {});
      }
    } else if (method === 'echo') this.#answer(id, { text: params?.text });
    else if (method === 'initialize') this.#answer(id, toServerInfo(params?.protocolVersion));
    else if (method === 'notifications/cancelled') this.#works.stop(params?.requestId);
  }

  /** The client has gone, or with it one request. What still works for it stops. */
  end(id?: Incoming['id']): void {
    if (id === undefined) this.#works.stopAll();
    else this.#works.stop(id);
  }

  #answer(id: Incoming['id'], result: object): void {
    void this.#send({ jsonrpc: '2.0', id, result });
  }

  /** Undefined: nothing is ever answered. */
  #call({ id, params }: Incoming): string | Promise<string> | undefined {
    const name = params?.name;
    const args = params?.arguments as never;
    if (name === 'pushed') return String(pushedBytes);
    if (name === 'broadcast') return String(broadcast((args as { text: string }).text));
    if (name === 'work_state') return workState((args as { key: string }).key);
    if (name === 'work') {
      this.#works.start(id, (args as { key: string }).key);
      return undefined;
    }
    if (name === 'tick') {
      tick(this.#send, args as TickOptions);
      return '';
    }
    if (name === 'stream') {
      const token = params?._meta?.progressToken;
      return stream((atMs, text) => this.#send(toProgress(token, atMs, text), id), args as StreamOptions).then(() => '');
    }
    if (name !== 'push') return this.#tools[name as keyof Tools](args);
    // When a reader goes away, there is nobody left to send to.
    push(this.#send, args).catch(() => {});
    return '';
  }
}

/** Serves a session over a transport, without a protocol layer above it. */
export async function serveSession(transport: RawTransport, tools: Tools): Promise<void> {
  const send: Send = (message, relatedRequestId) =>
    relatedRequestId === undefined ? transport.send(message as never) : transport.send(message as never, { relatedRequestId });
  const session = new ServedSession(tools, send);
  const leave = joinBroadcasts(send);
  transport.onmessage = ((message: Incoming) => session.handle(message)) as (message: never) => void;
  transport.onclose = () => {
    leave();
    session.end();
  };
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
