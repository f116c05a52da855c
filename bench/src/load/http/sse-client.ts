import type { EchoClient, EchoMessage } from '../echo-client.js';
import { openEventReader } from './event-reader.js';
import { createPoster, type Poster, toStatusError } from './poster.js';
import { initializedNotification, initializeRequest, toToolCall } from './protocol.js';

/** The load generator over HTTP+SSE: a POST a message, and the answers from the stream. The same for every server. */
export interface SseClient extends EchoClient {
  /** Calls a tool whose answer nobody waits for; what it sends beside arrives at `onmessage`. */
  invoke(tool: string, args: object): void;
  /** Calls a tool and resolves with its text. `meta` goes with the call, `id` is its own. */
  call(tool: string, args: object, meta?: object, id?: string): Promise<string>;
  /** Sends any message. */
  post(message: object): void;
}

const timeoutMs = 10_000;
const headers = { 'content-type': 'application/json' };

/**
 * Opens a stream and the session that comes with it. A message of the load generator becomes a call of the `echo` tool; `connections` is how many POSTs may be
 * under way at once.
 * @throws Error when the server does not answer as revision 2024-11-05 asks, within 10 s.
 */
export async function connectSseClient(url: string, connections: number): Promise<SseClient> {
  let poster: Poster | undefined;
  let resolveEndpoint: (path: string) => void = () => {};
  let handle: (message: ToolAnswer) => void = () => {};
  const endpoint = new Promise<string>((resolve) => {
    resolveEndpoint = resolve;
  });
  const reader = await openEventReader(url, {
    headers: {},
    onevent: (event, data) => {
      if (event === 'endpoint') resolveEndpoint(data);
      else handle(JSON.parse(data) as ToolAnswer);
    },
    onend: (error) => client.onfault(error),
  });
  const post = (message: object): void =>
    poster?.post(headers, JSON.stringify(message), (error, reply) => {
      if (reply === undefined) client.onfault(error as Error);
      else if (reply.status !== 202 && reply.status !== 200) client.onfault(toStatusError(reply));
    });
  const calls = new Map<string, (text: string) => void>();
  let callId = 0;
  const client: SseClient = {
    post,
    call: (tool, args, meta, id = `asked-${callId++}`) =>
      new Promise((resolve) => {
        calls.set(id, resolve);
        post(toToolCall(id, tool, args, meta));
      }),
    send: ({ id, params }) => post(toToolCall(id, 'echo', { text: params.text })),
    invoke: (tool, args) => post(toToolCall(`call-${tool}`, tool, args)),
    onmessage: () => {},
    onfault: () => {},
    close: async () => {
      client.onfault = () => {};
      await Promise.all([reader.close(), poster?.close()]);
    },
  };
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`no session within ${timeoutMs} ms`)), timeoutMs);
      client.onfault = reject;
      handle = ({ id, result }) => {
        if (id === initializeRequest.id && result !== undefined) resolve();
        else reject(new Error('initialize was not answered first'));
      };
      void endpoint.then((path) => {
        poster = createPoster(new URL(path, url).href, connections);
        post(initializeRequest);
      });
    });
  } catch (error) {
    await client.close();
    throw error;
  } finally {
    clearTimeout(timer);
  }
  post(initializedNotification);
  client.onfault = () => {};
  handle = (message) => {
    // Some servers ask from time to time whether their client is still there.
    if (message.method === 'ping') return post({ jsonrpc: '2.0', id: message.id, result: {} });
    const settle = calls.size === 0 ? undefined : calls.get(message.id as string);
    if (settle !== undefined) {
      calls.delete(message.id as string);
      const text = message.result?.content?.[0]?.text;
      return text === undefined ? client.onfault(new Error(`${message.id} was answered with an error`)) : settle(text);
    }
    const echo = toEcho(message);
    if (echo !== undefined) client.onmessage(echo);
  };
  return client;
}

type ToolAnswer = EchoMessage & { result?: { content?: { text: string }[] } };

/** Undefined for the answer of a tool that was only invoked. */
function toEcho({ id, method, params, result }: ToolAnswer): EchoMessage | undefined {
  if (id === undefined) return { ...(method !== undefined && { method }), ...(params !== undefined && { params }) };
  if (typeof id === 'string') return undefined;
  return { id, result: { text: result?.content?.[0]?.text as string } };
}
