import { discardBody, type HttpBody, isMediaType } from '@mcpwire/http';
import {
  JsonRpcError,
  type JsonRpcMessage,
  type JsonRpcResponse,
  LocalErrorCode,
  type RequestId,
  TransportError,
  type TransportErrorCode,
} from '@mcpwire/jsonrpc';
import type { Endpoint } from './endpoint.js';
import { badResponse, handlerFailed, statusError } from './errors.js';
import type { Reconnection } from './reconnection.js';
import type { RequestHeaders } from './request-headers.js';
import type { Session } from './session-id.js';
import { Stream, type StreamHost, type StreamPurpose, StreamRefused } from './stream.js';

/** What the requests of one transport have in common. */
export interface ConnectionState {
  readonly sessionId: string | undefined;
  readonly protocolVersion: string | undefined;
  /** Hands a message to the user. */
  deliver(message: JsonRpcMessage): void;
  report(error: Error): void;
}

export interface StreamsOptions {
  state: ConnectionState;
  endpoint: Endpoint;
  headers: RequestHeaders;
  session: Session;
  maxMessageBytes: number;
  createReconnection: () => Reconnection;
  /** A stream that answers no request was given up. */
  ongivenup: (stream: Stream) => void;
}

/** A stream that was refused so will be refused again. */
const FINAL: ReadonlySet<TransportErrorCode> = new Set([
  'bad-response',
  'closed',
  'encode-failed',
  'forbidden',
  'session-lost',
  'unauthorized',
]);
/** Statuses that pass. 409: the server has not noticed yet that the stream before is gone. */
const PASSING: ReadonlySet<number> = new Set([408, 409, 425, 429]);

/** All streams of a transport, and which requests they are to answer. */
export class Streams implements StreamHost {
  readonly maxMessageBytes: number;
  readonly createReconnection: () => Reconnection;
  readonly #options: StreamsOptions;
  readonly #all = new Set<Stream>();
  /** An answer may come on another stream than its own: a resumed one, or the standing one. */
  readonly #awaiting = new Map<RequestId, Stream>();
  #isPaused = false;

  constructor(options: StreamsOptions) {
    this.#options = options;
    this.maxMessageBytes = options.maxMessageBytes;
    this.createReconnection = options.createReconnection;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** A new stream, not yet open. */
  create(purpose: StreamPurpose, lastEventId?: string): Stream {
    const stream = new Stream(this, purpose, lastEventId);
    this.#all.add(stream);
    if (purpose.awaited) for (const id of purpose.awaited) this.#awaiting.set(id, stream);
    return stream;
  }

  /** Nobody waits for the answer any more. */
  unwant(id: unknown): void {
    this.#awaiting.get(id as RequestId)?.answered(id as RequestId);
    this.#awaiting.delete(id as RequestId);
  }

  /** Stops and resumes reading, of all streams. */
  set isPaused(paused: boolean) {
    this.#isPaused = paused;
    for (const stream of this.#all) {
      if (paused) stream.pause();
      else stream.resume();
    }
  }

  /** Ends them all, silently. */
  close(): void {
    for (const stream of [...this.#all]) stream.end();
  }

  take(message: JsonRpcMessage, stream: Stream): void {
    const { state } = this.#options;
    if ('method' in message) {
      state.deliver(message);
      return;
    }
    const { replayId } = stream.purpose;
    this.#answer(replayId === undefined ? message : { ...message, id: replayId }, stream);
  }

  report(error: Error): void {
    this.#options.state.report(error);
  }

  over(stream: Stream, reason: Error | undefined): void {
    this.#all.delete(stream);
    const { awaited, options } = stream.purpose;
    if (awaited === undefined) {
      if (!reason) return;
      this.#options.ongivenup(stream);
      this.report(reason);
      return;
    }
    const isAnswered = awaited.size === 0;
    for (const id of [...awaited]) {
      if (reason) this.#answer(connectionLost(id, reason), stream);
      else this.#awaiting.delete(id);
    }
    if (!isAnswered && !reason) return;
    try {
      options.onRequestStreamEnd?.();
    } catch (cause) {
      this.report(handlerFailed('onRequestStreamEnd', cause));
    }
  }

  async reopen({ purpose, lastEventId }: Stream): Promise<HttpBody | undefined> {
    const { state, endpoint, headers, session } = this.#options;
    const { sessionId } = state;
    if (purpose.sessionId !== sessionId) throw new StreamRefused(sessionLost());
    const fields = headers.stream(sessionId, state.protocolVersion, lastEventId);
    const signal = purpose.options.requestSignal;
    const response = await endpoint.request({ method: 'GET', headers: fields, signal }).catch((error: unknown) => {
      throw error instanceof TransportError && !FINAL.has(error.code) ? error : new StreamRefused(error as Error);
    });
    const { status } = response;
    const contentType = response.headers['content-type'];
    if (status === 200 && isMediaType(contentType, 'text/event-stream')) return response.body;
    // 405: it has no such streams. 204: as for an EventSource, ask no more.
    if (status === 405 || status === 204) {
      void discardBody(response.body);
      return undefined;
    }
    if (status < 300) {
      response.body.cancel();
      throw new StreamRefused(badResponse(`The server answered GET with ${contentType ?? 'no content type'}, not with text/event-stream`));
    }
    if (status === 404 && sessionId !== undefined) {
      void discardBody(response.body);
      await session.recover(sessionId);
      throw new StreamRefused(session.lost ?? sessionLost());
    }
    const { error } = await endpoint.toError('GET', response);
    throw status >= 500 || PASSING.has(status) ? error : new StreamRefused(error);
  }

  #answer(answer: JsonRpcResponse, stream: Stream): void {
    const { id } = answer;
    let owner: Stream | undefined;
    if (id !== undefined) {
      owner = this.#awaiting.get(id);
      this.#awaiting.delete(id);
      owner?.answered(id);
    }
    const { onanswer } = (owner ?? stream).purpose;
    const delivered = onanswer ? onanswer(answer) : answer;
    if (delivered) this.#options.state.deliver(delivered);
  }
}

function sessionLost(): TransportError {
  return statusError('session-lost', 'The session that the stream belonged to is over.', { status: 404, text: '' });
}

/** What a request gets whose stream ended without its answer: it would otherwise wait for ever. */
export function connectionLost(id: RequestId, reason: Error): JsonRpcResponse {
  const message = `The connection was lost before the answer came. ${reason.message}`;
  return new JsonRpcError(LocalErrorCode.ConnectionLost, message).toResponse(id);
}
