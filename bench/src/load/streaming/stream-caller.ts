import { connectToTarget } from '../../targets/http/connect-to-target.js';
import { findTarget } from '../../targets/index.js';
import type { StreamOptions } from '../../targets/programs/stream.js';
import { programOf, toServerCommand } from '../../targets/server-command.js';
import type { Carrier } from '../channel.js';
import type { EchoMessage } from '../echo-client.js';
import { openSession } from '../http/open-session.js';
import { createPoster } from '../http/poster.js';
import { acceptEither, toPostHeaders, toToolCall } from '../http/protocol.js';
import { connectSseClient } from '../http/sse-client.js';
import { type StreamedMessage, StreamingPoster } from './streaming-post.js';

export type { StreamOptions };

/** Hears of a chunk: when it was sent, by the machine's clock, and its text. */
export type OnChunk = (sentAtMs: number, text: string) => void;

/** Calls a tool that reports its progress before it answers; many calls may be under way at once. */
export interface StreamCaller {
  /** Resolves when the call is answered. @throws Error when it is answered with something else. */
  call(options: StreamOptions, onchunk: OnChunk): Promise<void>;
  close(): Promise<void>;
}

export interface StreamCallerOptions {
  readonly carrier: Carrier;
  readonly target: string;
  /** How many calls are under way at once. */
  readonly streams: number;
  readonly nodeFlags: readonly string[];
  readonly core?: number | undefined;
}

/**
 * Starts a target's server and connects to it; closing the caller ends the server. Over HTTP the client is the same lean one for every target, over stdio it is the
 * target's own.
 * @throws Error when the target has no server for the carrier, or it does not come up.
 */
export async function openStreamCaller({ carrier, target: name, streams, nodeFlags, core }: StreamCallerOptions): Promise<StreamCaller> {
  const target = findTarget(name);
  if (carrier === 'stdio') {
    if (target.connect === undefined) throw new Error(`${name} has no client over stdio`);
    return openOverStdio(await target.connect(toServerCommand(programOf(target), nodeFlags, core)));
  }
  const over = carrier === 'sse' ? ({ over: 'HTTP+SSE' } as const) : { args: ['sse'] };
  return connectToTarget(name, { ...over, nodeFlags, core }, (url) =>
    carrier === 'sse' ? openOverSse(url, streams) : openOverHttp(url, streams),
  );
}

/** The calls that share one stream of messages, told apart by token and id. */
class Calls {
  readonly #calls = new Map<unknown, { onchunk: OnChunk; resolve: () => void; reject: (error: Error) => void }>();

  add(token: number | string, onchunk: OnChunk): Promise<void> {
    return new Promise((resolve, reject) => this.#calls.set(token, { onchunk, resolve, reject }));
  }

  take({ method, params }: StreamedMessage | EchoMessage): void {
    if (method !== 'notifications/progress') return;
    this.#calls.get(params?.progressToken)?.onchunk(params?.progress as number, params?.message as string);
  }

  settle(token: number | string | undefined): void {
    this.#calls.get(token)?.resolve();
    this.#calls.delete(token);
  }

  fail(error: Error): void {
    for (const { reject } of this.#calls.values()) reject(error);
    this.#calls.clear();
  }
}

function openOverStdio(client: Awaited<ReturnType<NonNullable<ReturnType<typeof findTarget>['connect']>>>): StreamCaller {
  const calls = new Calls();
  let id = 0;
  client.onfault = (error) => calls.fail(error);
  client.onmessage = (message) => {
    if (message.id === undefined) calls.take(message);
    else calls.settle(message.id);
  };
  return {
    call: (options, onchunk) => {
      const answered = calls.add(id, onchunk);
      client.send({ jsonrpc: '2.0', id: id++, method: 'stream', params: { ...options } });
      return answered;
    },
    close: () => client.close(),
  };
}

async function openOverSse(url: string, streams: number): Promise<StreamCaller> {
  // POSTs are answered at once, so that few connections are enough.
  const client = await connectSseClient(url, Math.min(streams, 16));
  const calls = new Calls();
  let next = 0;
  client.onfault = (error) => calls.fail(error);
  client.onmessage = (message) => calls.take(message);
  return {
    call: (options, onchunk) => {
      const token = `stream-${next++}`;
      const answered = calls.add(token, onchunk);
      void client.call('stream', options, { progressToken: token }, token).then(() => calls.settle(token));
      return answered;
    },
    close: () => client.close(),
  };
}

async function openOverHttp(url: string, streams: number): Promise<StreamCaller> {
  const opener = createPoster(url, 1);
  const headers = toPostHeaders(acceptEither, await openSession(opener, acceptEither).finally(() => opener.close()));
  const poster = new StreamingPoster(url, streams);
  let next = 0;
  return {
    call: async (options, onchunk) => {
      const id = `stream-${next++}`;
      let answer: StreamedMessage | undefined;
      await poster.post(headers, toToolCall(id, 'stream', options, { progressToken: id }), (message) => {
        if (message.id === id) answer = message;
        else if (message.method === 'notifications/progress')
          onchunk(message.params?.progress as number, message.params?.message as string);
      });
      if (answer?.result === undefined) throw new Error(`${id} was answered with ${JSON.stringify(answer).slice(0, 200)}`);
    },
    close: () => poster.close(),
  };
}
