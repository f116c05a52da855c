import {
  isRequest,
  type JsonRpcMessage,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type RequestId,
  type SendOptions,
  TransportError,
} from '@mcpwire/jsonrpc';
import { eraOf, MetaKey } from '@mcpwire/protocol';
import type { AnswerHandler } from './stream.js';

/** What one POST carries. */
export interface Outgoing {
  readonly message: JsonRpcMessage | readonly JsonRpcMessage[];
  readonly body: string;
  /** The message, if it is a request and no batch. */
  readonly request: JsonRpcRequest | undefined;
  readonly method: string | undefined;
  /** The modern revision whose headers it needs; undefined in a legacy revision. */
  readonly modernVersion: string | undefined;
  readonly options: SendOptions;
  /** Sees the answer first, and returns what to hand over; undefined for nothing. */
  readonly onanswer?: AnswerHandler | undefined;
  /** It was sent before and is sent once more, which happens once only. */
  readonly isRepeated?: boolean | undefined;
}

/** @throws TransportError `encode-failed` */
export function createOutgoing(
  message: JsonRpcMessage | readonly JsonRpcMessage[],
  options: SendOptions,
  negotiatedModernVersion: string | undefined,
): Outgoing {
  const body = encodeBody(message);
  if (Array.isArray(message)) return { message, body, request: undefined, method: undefined, modernVersion: undefined, options };
  const single = message as JsonRpcMessage;
  if (!('method' in single)) return { message, body, request: undefined, method: undefined, modernVersion: undefined, options };
  const { method } = single;
  const request = isRequest(single) ? single : undefined;
  // A request says itself which revision it is of. Notifications need not, and go by the connection's.
  const modernVersion = modernVersionOf(single) ?? (request ? undefined : negotiatedModernVersion);
  return { message, body, request, method, modernVersion, options };
}

/** The requests that want an answer. */
export function awaitedOf({ message, request }: Outgoing): RequestId[] {
  if (request) return [request.id];
  return Array.isArray(message) ? (message as JsonRpcMessage[]).filter(isRequest).map(({ id }) => id) : [];
}

/** The modern revision that a message claims; whether there is one of that name is for the server to say. */
function modernVersionOf({ params }: JsonRpcRequest | JsonRpcNotification): string | undefined {
  const meta = params?._meta as Record<string, unknown> | null | undefined;
  const version = meta?.[MetaKey.ProtocolVersion];
  return typeof version === 'string' && eraOf(version) !== 'legacy' ? version : undefined;
}

function encodeBody(message: JsonRpcMessage | readonly JsonRpcMessage[]): string {
  let body: string | undefined;
  try {
    body = JSON.stringify(message);
  } catch (cause) {
    const why = cause instanceof Error ? `: ${cause.message}` : '';
    throw new TransportError('encode-failed', `The message cannot be written as JSON${why}`, { cause });
  }
  if (body === undefined) throw new TransportError('encode-failed', `The message cannot be written as JSON: it is ${typeof message}`);
  if (body === '[]') throw new TransportError('encode-failed', 'The batch is empty.');
  return body;
}
