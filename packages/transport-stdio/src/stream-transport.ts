import type { Readable, Writable } from 'node:stream';
import type { JsonRpcMessage, JsonRpcResponse, RequestId, SendOptions } from '@mcpwire/jsonrpc';
import {
  BaseTransport,
  DeliveryOrder,
  ErrorCode,
  encode,
  isJsonRpcError,
  JsonRpcError,
  NdjsonDecoder,
  TransportError,
} from '@mcpwire/jsonrpc/transport-parts';
import { BatchReplies } from './batch-replies.js';
import { within } from './deadline.js';
import { LineWriter } from './line-writer.js';

/** The one revision with JSON-RPC batches. */
const BATCH_REVISION = '2025-03-26';

export interface StreamOptions {
  /** The longest message taken, in bytes. A longer one is skipped and reported to `onerror`. Default 64 MiB. */
  maxMessageBytes?: number | undefined;
  /** Bytes accepted and not yet taken by the stream before `send` waits. Default 16 MiB. */
  maxQueuedBytes?: number | undefined;
  /** Sends that may wait for room at once; one more is rejected with `queue-overflow`. Default 65,536. */
  maxWaitingSends?: number | undefined;
  /** The official SDK's name for `maxMessageBytes`. */
  maxBufferSize?: number | undefined;
}

/**
 * Newline-delimited JSON-RPC over a pair of byte streams that may be replaced: what the pipe, the server and the client have in common.
 * Which streams, and what their end means, is the subclass's business.
 */
export abstract class StreamTransport extends BaseTransport {
  readonly #decoderOptions: ConstructorParameters<typeof NdjsonDecoder>[0];
  readonly #answerMalformed: boolean;
  protected readonly writer: LineWriter;
  #input: Readable | undefined;
  #detach: (() => void) | undefined;
  #protocolVersion: string | undefined;
  #batchReplies: BatchReplies | undefined;
  #refusing = false;
  /** Messages wait for an `onmessage`: nothing more is read meanwhile. */
  #inboxWaits = false;
  #ontaken: (() => void) | undefined;
  readonly #order: DeliveryOrder = new DeliveryOrder((message) => this.deliver(message));

  constructor(options: StreamOptions, answerMalformed: boolean) {
    super();
    this.#answerMalformed = answerMalformed;
    this.#decoderOptions = {
      maxMessageBytes: options.maxMessageBytes ?? options.maxBufferSize,
      onmessage: (message) => this.receive(message),
      onbatch: (batch) => this.#receiveBatch(batch),
      onerror: (error) => this.#malformed(error),
    };
    // Made here for its check of the limits: a bad one should fail where it was written.
    new NdjsonDecoder(this.#decoderOptions);
    this.writer = new LineWriter(options, (error) => this.onOutputFailed(error));
  }

  send(message: JsonRpcMessage, options?: SendOptions): Promise<void> {
    const unusable = this.unusable();
    if (unusable) return Promise.reject(unusable);
    if (this.#refusing) return Promise.reject(new TransportError('closed', 'The transport is closing.'));
    let line: string;
    let sent: Promise<void> | undefined;
    try {
      line = encode(message);
      if (!('method' in message)) {
        // SDK v1's server tells no transport the revision, but the answer to `initialize` passes here.
        if (this.#protocolVersion === undefined) this.#noteVersion(message);
        sent = this.#batchReplies?.add(message.id, line.slice(0, -1));
      }
    } catch (error) {
      return Promise.reject(error);
    }
    sent ??= this.writer.write(line, options?.signal);
    this.onSend(message, sent);
    return sent;
  }

  /** The revision that was agreed on. Only 2025-03-26 changes anything here: it alone has batches. */
  setProtocolVersion(version: string): void {
    this.#protocolVersion = version;
  }

  /** A message is on its way. */
  protected abstract onSend(message: JsonRpcMessage, sent: Promise<void>): void;
  /** The input has ended: nothing more will come from the other side. */
  protected abstract onInputEnd(error?: Error): void;
  /** A write has failed, as all later ones will. */
  protected abstract onOutputFailed(error: TransportError): void;

  /** From now on `send` rejects; what was accepted is still written. */
  protected refuseSends(): void {
    this.#refusing = true;
  }

  /** No more answers will come: batches are answered with those there are. */
  protected flushBatches(): void {
    this.#batchReplies?.flush();
  }

  /** Begins to read and write. A decoder of its own for each input: half a line of a dead process is no beginning for the next one's. */
  protected attach(input: Readable, output: Writable): void {
    const decoder = new NdjsonDecoder(this.#decoderOptions);
    const ondata = (chunk: Uint8Array | string): void => decoder.feed(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
    let ended = false;
    const onend = (): void => {
      if (ended) return;
      ended = true;
      decoder.end();
      this.onInputEnd();
    };
    const oninputerror = (cause: Error): void => {
      if (ended) return;
      ended = true;
      const error = new TransportError('read-failed', `Reading failed: ${cause.message}`, { cause });
      this.report(error);
      this.onInputEnd(error);
    };
    // A failed write is told by its callback; the event must only not be left unheard.
    const onoutputerror = (): void => {};
    const onoutputclose = (): void => this.onOutputFailed(new TransportError('peer-gone', 'The other side no longer reads'));

    input.on('data', ondata);
    input.on('end', onend);
    input.on('close', onend);
    input.on('error', oninputerror);
    output.on('error', onoutputerror);
    output.on('close', onoutputclose);
    this.#input = input;
    // A stream that was paused before, by an earlier transport for one, does not flow because somebody listens.
    if (this.#inboxWaits) input.pause();
    else input.resume();
    this.writer.attach(output);
    if (input.readableEnded || input.destroyed) setImmediate(onend);

    this.#detach = () => {
      input.off('data', ondata);
      input.off('end', onend);
      input.off('close', onend);
      input.off('error', oninputerror);
      output.off('close', onoutputclose);
      ignoreErrors(input);
      ignoreErrors(output);
      output.off('error', onoutputerror);
      this.writer.detach();
      this.#input = undefined;
    };
  }

  /** Stops reading and writing, and leaves no listener but one that keeps late stream errors from being uncaught. */
  protected detach(): void {
    this.#detach?.();
    this.#detach = undefined;
  }

  /** A message has been read. */
  protected receive(message: JsonRpcMessage): void {
    if (this.#batchReplies && 'method' in message && message.method === 'notifications/cancelled') {
      this.#batchReplies.drop(message.params?.requestId as RequestId);
    }
    this.#order.take(message);
  }

  protected override onInbox(waiting: boolean): void {
    this.#inboxWaits = waiting;
    if (waiting) {
      this.#input?.pause();
    } else {
      this.#input?.resume();
      this.#ontaken?.();
    }
  }

  /** Resolves when no message waits for an `onmessage`, or when `signal` aborts. */
  protected async inboxTaken(signal: AbortSignal): Promise<void> {
    if (!this.#inboxWaits) return;
    const taken = new Promise<void>((resolve) => {
      this.#ontaken = resolve;
    });
    await within(Number.POSITIVE_INFINITY, taken, signal);
  }

  #noteVersion(response: JsonRpcResponse): void {
    const version = 'result' in response && (response.result as { protocolVersion?: unknown } | null | undefined)?.protocolVersion;
    if (typeof version === 'string') this.#protocolVersion = version;
  }

  #receiveBatch(batch: Array<JsonRpcMessage | JsonRpcError>): void {
    if (this.#protocolVersion !== BATCH_REVISION) {
      const cause = new JsonRpcError(ErrorCode.InvalidRequest, `Invalid request: a batch, which only revision ${BATCH_REVISION} has`);
      this.#malformed(
        new TransportError(
          'malformed-message',
          `A batch of ${batch.length} messages was skipped: only revision ${BATCH_REVISION} has batches`,
          { cause },
        ),
      );
      return;
    }
    const requests: RequestId[] = [];
    const errors: JsonRpcResponse[] = [];
    for (const item of batch) {
      if (isJsonRpcError(item)) {
        errors.push(item.toResponse());
        this.report(new TransportError('malformed-message', `An element of a batch was skipped. ${item.message}`, { cause: item }));
      } else if ('method' in item && 'id' in item) {
        requests.push(item.id);
      }
    }
    if (requests.length > 0) {
      this.#batchReplies ??= new BatchReplies((line) => this.writer.write(line));
      this.#batchReplies.open(
        requests,
        errors.map((error) => JSON.stringify(error)),
      );
    } else if (errors.length > 0 && this.#answerMalformed) {
      this.#answerError(errors);
    }
    for (const item of batch) if (!isJsonRpcError(item)) this.receive(item);
  }

  #malformed(error: TransportError): void {
    this.report(error);
    if (this.#answerMalformed && isJsonRpcError(error.cause)) this.#answerError(error.cause.toResponse());
  }

  #answerError(answer: JsonRpcResponse | JsonRpcResponse[]): void {
    this.writer.write(encode(answer)).catch((failure: Error) => this.report(failure));
  }
}

const deaf = new WeakSet<Readable | Writable>();

/** One listener for the stream's whole life, so that opening and closing transports on the same stdout adds none. */
function ignoreErrors(stream: Readable | Writable): void {
  if (deaf.has(stream)) return;
  deaf.add(stream);
  stream.on('error', () => {});
}
