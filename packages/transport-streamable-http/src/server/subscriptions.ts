import type { HttpResponse } from '@mcpwire/http';
import { ErrorCode, isJsonRpcError, JsonRpcError, LocalErrorCode, type RequestId } from '@mcpwire/jsonrpc';
import { httpStatusOf, type Implementation } from '@mcpwire/protocol';
import type { SubscriptionBus } from './bus.js';
import { BusFeed } from './bus-feed.js';
import { type ChangeEvent, isChangeEvent } from './change-event.js';
import { EventWriter, toEvent, toJson } from './event-writer.js';
import { refuse } from './refusal.js';
import type { StatelessContext } from './stateless-context.js';
import type { StreamSettings } from './stream-settings.js';
import { intersect, parseSubscriptionFilter, type SubscriptionFilter } from './subscription-filter.js';
import { createChangeEncoder, encodeAcknowledgement, toListenResult } from './subscription-frames.js';
import { SubscriptionIndex } from './subscription-index.js';

export interface SubscriptionsOptions {
  /** Carries the changes: `createMemoryBus()` within one process, one of your own where several nodes serve the same clients. */
  bus: SubscriptionBus;
  /**
   * What of a client's filter is granted: what it returns beyond that is left out. A JsonRpcError that it throws refuses the
   * request. Default: everything.
   */
  honour?: ((filter: SubscriptionFilter, context: StatelessContext) => SubscriptionFilter | Promise<SubscriptionFilter>) | undefined;
  /** Streams that may be open at once; one more is refused with -31001 and 503. Default 1,024. */
  maxSubscriptions?: number | undefined;
  /** Resources that one filter may name; more are refused with -32602. Default 1,000. */
  maxResourcesPerSubscription?: number | undefined;
  /** Bytes that one stream may hold for its reader; past them it is cut off, and the client has to subscribe again. Default 256 KiB. */
  maxQueuedBytesPerSubscription?: number | undefined;
  /** Who ends a stream, in its last message. */
  serverInfo?: Implementation | undefined;
}

/** One open stream. */
export interface Subscription {
  readonly id: RequestId;
  /** The id as JSON: what tells this stream's messages from those of another. */
  readonly idJson: string;
  readonly filter: SubscriptionFilter;
  readonly writer: EventWriter;
}

/**
 * The `subscriptions/listen` streams of one endpoint. Each begins with what was granted, then carries the changes that come over the bus
 * and were asked for, and ends with a result when this side ends it. The bus has one listener for all of them.
 *
 * An event costs a look at who wants it and one `JSON.stringify`, and for each of those a write.
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/subscriptions
 */
export class Subscriptions {
  readonly #bus: SubscriptionBus;
  readonly #honour: NonNullable<SubscriptionsOptions['honour']>;
  readonly #maxSubscriptions: number;
  readonly #maxResources: number;
  readonly #serverInfo: Implementation | undefined;
  readonly #streams: StreamSettings;
  readonly #onerror: (error: Error) => void;
  readonly #feed: BusFeed;
  readonly #index = new SubscriptionIndex<Subscription>();
  #closed = false;

  constructor(options: SubscriptionsOptions, streams: StreamSettings, onerror: (error: Error) => void) {
    const { maxSubscriptions = 1_024, maxResourcesPerSubscription = 1_000, maxQueuedBytesPerSubscription = 256 * 1024 } = options;
    assertPositive('maxSubscriptions', maxSubscriptions);
    assertPositive('maxResourcesPerSubscription', maxResourcesPerSubscription);
    assertPositive('maxQueuedBytesPerSubscription', maxQueuedBytesPerSubscription);
    this.#bus = options.bus;
    this.#honour = options.honour ?? ((filter) => filter);
    this.#maxSubscriptions = maxSubscriptions;
    this.#maxResources = maxResourcesPerSubscription;
    this.#serverInfo = options.serverInfo;
    this.#streams = { ...streams, maxQueuedBytes: maxQueuedBytesPerSubscription };
    this.#onerror = onerror;
    this.#feed = new BusFeed(options.bus, (event) => this.#receive(event), onerror);
  }

  /** Streams that are open. */
  get size(): number {
    return this.#index.size;
  }

  /** Answers `subscriptions/listen`. At once, unless `honour` or the bus takes its time. */
  listen(context: StatelessContext): HttpResponse | Promise<HttpResponse> {
    const { message } = context;
    const requested = parseSubscriptionFilter(message, this.#maxResources);
    if (isJsonRpcError(requested)) return refuse(400, requested);
    const full = this.#full(message.id);
    if (full) return refuse(503, full, RETRY);
    try {
      const honoured = this.#honour(requested, context);
      if (honoured instanceof Promise) {
        return honoured
          .then((settled) => this.#subscribe(message.id, intersect(requested, settled)))
          .catch((e) => this.#failed(e, message.id));
      }
      const response = this.#subscribe(message.id, intersect(requested, honoured));
      return response instanceof Promise ? response.catch((thrown: unknown) => this.#failed(thrown, message.id)) : response;
    } catch (thrown) {
      return this.#failed(thrown, message.id);
    }
  }

  /** Tells the change to whoever has asked for it, on every node. Rejects if the bus does. */
  async publish(event: ChangeEvent): Promise<void> {
    await this.#bus.publish(event);
  }

  /** Ends every stream in good order, and takes no more. */
  close(): void {
    this.#closed = true;
    for (const subscription of [...this.#index]) this.#end(subscription);
  }

  /** The bus has to listen before the client is told that it does: what changes from then on must not be lost. */
  #subscribe(id: RequestId, filter: SubscriptionFilter): HttpResponse | Promise<HttpResponse> {
    const listening = this.#feed.acquire();
    if (listening) return listening.then(() => this.#open(id, filter));
    return this.#open(id, filter);
  }

  /** The feed has been acquired for this one. */
  #open(id: RequestId, filter: SubscriptionFilter): HttpResponse {
    // Others may have come meanwhile, or the end.
    const full = this.#full(id);
    if (full) {
      this.#feed.release();
      return refuse(503, full, RETRY);
    }
    const writer = new EventWriter(this.#streams);
    const subscription: Subscription = { id, idJson: JSON.stringify(id), filter, writer };
    void writer.write(encodeAcknowledgement(id, filter));
    this.#index.add(subscription);
    writer.onclose = () => this.#forget(subscription);
    writer.onclosing = () => this.#end(subscription);
    return writer.toResponse();
  }

  /** Takes what the bus carries, which another process may have written. */
  #receive(event: ChangeEvent): void {
    try {
      if (!isChangeEvent(event)) throw new TypeError(`The bus carried what is no ChangeEvent: ${excerptOf(event)}`);
      this.#tell(event);
    } catch (error) {
      this.#onerror(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #tell(event: ChangeEvent): void {
    const wanted = this.#index.wanting(event);
    if (!wanted || wanted.size === 0) return;
    const encode = createChangeEncoder(event);
    for (const { writer, idJson } of wanted) {
      // One reader that does not read costs the others nothing.
      if (writer.hasWaiting) writer.destroy();
      else void writer.write(encode(idJson)).catch(ignore);
    }
  }

  #end({ id, writer }: Subscription): void {
    if (!writer.isOpen) return;
    void writer.write(toEvent(toJson(toListenResult(id, this.#serverInfo)))).catch(ignore);
    writer.end();
  }

  #forget(subscription: Subscription): void {
    this.#index.delete(subscription);
    this.#feed.release();
  }

  #full(id: RequestId): JsonRpcError | undefined {
    if (this.#closed)
      return new JsonRpcError(LocalErrorCode.TooManyRequests, 'The server is stopping and takes no more subscriptions.', { id });
    if (this.#index.size < this.#maxSubscriptions) return undefined;
    return new JsonRpcError(
      LocalErrorCode.TooManyRequests,
      `Too many subscriptions: maxSubscriptions is ${this.#maxSubscriptions}, and as many are open. Try again later.`,
      { id },
    );
  }

  #failed(thrown: unknown, id: RequestId): HttpResponse {
    if (isJsonRpcError(thrown)) {
      const { code, message, data } = thrown;
      return refuse(httpStatusOf(code) ?? 200, new JsonRpcError(code, message, { data, id }));
    }
    this.#onerror(thrown instanceof Error ? thrown : new Error(String(thrown)));
    return refuse(500, new JsonRpcError(ErrorCode.InternalError, 'Internal error: the subscription could not be opened', { id }));
  }
}

const RETRY = { 'retry-after': '10' };

function ignore(): void {}

function excerptOf(value: unknown): string {
  try {
    return String(JSON.stringify(value)).slice(0, 100);
  } catch {
    return typeof value;
  }
}

function assertPositive(name: string, value: number): void {
  if (!(value > 0)) throw new RangeError(`${name} must be a positive number, not ${value}`);
}
