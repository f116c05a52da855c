import type { EchoClient, EchoMessage } from '../echo-client.js';
import { openSession } from './open-session.js';
import { ask, createPoster, type PosterOptions, type Reply, toStatusError } from './poster.js';
import { acceptEither, parseReply, toPostHeaders, toToolCall } from './protocol.js';

export interface PostClientOptions {
  /** Connections that are kept open; as many requests are under way at once. */
  readonly connections: number;
  /** What to accept. Default: JSON or an event stream, as every MCP client must. */
  readonly accept?: string | undefined;
  /** The Unix socket, or named pipe, to go through. Default: TCP to the URL's host. */
  readonly socketPath?: string | undefined;
  /** What TLS and its like need. */
  readonly more?: PosterOptions | undefined;
}

/** The load generator over HTTP: one POST a message, and nothing of a transport around it. The same for every server. */
export interface PostClient extends EchoClient {
  /** The headers of its POSTs. */
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined where the server keeps no sessions. */
  readonly sessionId: string | undefined;
  /** The media type of the last reply to a request. */
  readonly replyType: string;
  /** Calls a tool and resolves with its text; in another session than its own when `sessionId` is given. */
  call(tool: string, args?: object, sessionId?: string): Promise<string>;
  /** Opens one more session beside its own. */
  openSession(): Promise<string | undefined>;
}

/**
 * Connects to a server and opens a session, where it has sessions. A message of the load generator becomes a call of the `echo` tool.
 * @throws Error when the server does not answer as MCP asks.
 */
export async function connectPostClient(url: string, options: PostClientOptions): Promise<PostClient> {
  const { connections, accept = acceptEither, socketPath, more } = options;
  const poster = createPoster(url, connections, socketPath, more);
  let sessionId: string | undefined;
  try {
    sessionId = await openSession(poster, accept);
  } catch (error) {
    await poster.close();
    throw error;
  }
  const headers = toPostHeaders(accept, sessionId);
  let replyType = '';
  let callId = 0;
  const client: PostClient = {
    headers,
    sessionId,
    get replyType() {
      return replyType;
    },
    openSession: () => openSession(poster, accept),
    send: ({ id, params }) => {
      const text = params.text as string;
      poster.post(headers, JSON.stringify(toToolCall(id, 'echo', { text })), (error, reply) => {
        if (reply === undefined) return client.onfault(error as Error);
        let message: EchoMessage;
        try {
          message = toEcho(reply, id, text);
        } catch (fault) {
          return client.onfault(fault as Error);
        }
        replyType = reply.type;
        client.onmessage(message);
      });
    },
    call: async (tool, args = {}, other = sessionId) => {
      const id = `call-${callId++}`;
      return toToolText(await ask(poster, other === sessionId ? headers : toPostHeaders(accept, other), toToolCall(id, tool, args)), id);
    },
    onmessage: () => {},
    onfault: () => {},
    close: () => {
      client.onfault = () => {};
      return poster.close();
    },
  };
  return client;
}

function toEcho(reply: Reply, id: number, sent: string): EchoMessage {
  const text = toToolText(reply, id);
  if (text !== sent) throw new Error(`the answer to request ${id} has another text than was sent`);
  return { id, result: { text } };
}

/** The text of a tool's answer. @throws Error when it is another request's, or none. */
export function toToolText(reply: Pick<Reply, 'status' | 'type' | 'body'>, id: number | string): string {
  if (reply.status !== 200) throw toStatusError(reply);
  const message = parseReply(reply.type, reply.body) as { id: unknown; result?: { content?: { text?: unknown }[] } };
  const text = message.result?.content?.[0]?.text;
  if (message.id !== id || typeof text !== 'string') throw new Error(`request ${id} was answered with ${reply.body.slice(0, 200)}`);
  return text;
}
