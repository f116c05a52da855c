import { JsonRpcError, LocalErrorCode, type RequestId } from '@mcpwire/jsonrpc';
import type { Call } from './call.js';
import { MetaKey } from './envelope.js';
import { excerpt, invalidParams } from './errors.js';
import type { Note } from './note.js';
import { isObject, requireString } from './params.js';
import { isListedResource, NOTE_URI, resourceNotFound } from './resources.js';
import { UpdateFeed } from './update-feed.js';

/** Streams of `subscriptions/listen` that one connection may have open. */
const MAX_STREAMS = 100;
/** URIs that one `subscriptions/listen` may name. */
const MAX_URIS = 1_000;

interface Stream {
  readonly feed: UpdateFeed;
  /** Answers the request that opened the stream. */
  readonly end: () => void;
}

/**
 * Who on one connection wants to hear of changed resources: the streams of `subscriptions/listen`, and what legacy clients named with
 * `resources/subscribe`.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/subscriptions
 * @see https://modelcontextprotocol.io/specification/2025-11-25/server/resources#subscriptions
 */
export class Subscriptions {
  readonly #note: Note;
  readonly #notify: (method: string, params: { uri: string }) => Promise<void>;
  readonly #onerror: (error: Error) => void;
  readonly #streams = new Map<RequestId, Stream>();
  #legacy: UpdateFeed | undefined;
  #release: (() => void) | undefined;

  constructor(note: Note, notify: (method: string, params: { uri: string }) => Promise<void>, onerror: (error: Error) => void) {
    this.#note = note;
    this.#notify = notify;
    this.#onerror = onerror;
  }

  /** Answers `subscriptions/listen`: with the acknowledgement now, and with a result when the server ends the stream. */
  listen(call: Call): Promise<object> {
    const { context } = call;
    const uris = parseFilter(call).filter(isListedResource);
    if (this.#streams.size >= MAX_STREAMS) {
      throw new JsonRpcError(
        LocalErrorCode.TooManyRequests,
        `Too many subscriptions: ${MAX_STREAMS} are open on this connection. Cancel one first.`,
      );
    }
    const _meta = { [MetaKey.SubscriptionId]: context.id };
    const notify = (method: string, params: object): Promise<void> => context.notify(method, { ...params, _meta }).catch(this.#onerror);
    const feed = new UpdateFeed(uris, (uri) => notify('notifications/resources/updated', { uri }));

    return new Promise((resolve) => {
      const end = (): void => {
        this.#streams.delete(context.id);
        feed.close();
        this.#settle();
        resolve({ _meta });
      };
      // Sent before anything else can be: messages leave in the order in which they are sent.
      void notify('notifications/subscriptions/acknowledged', { notifications: uris.length > 0 ? { resourceSubscriptions: uris } : {} });
      this.#streams.set(context.id, { feed, end });
      this.#settle();
      call.signal.addEventListener('abort', end, { once: true });
    });
  }

  /** Answers `resources/subscribe`. */
  subscribe(call: Call): void {
    const uri = requireString(call.params, 'uri');
    if (!isListedResource(uri)) throw resourceNotFound(uri, call.revision);
    this.#legacy ??= new UpdateFeed([], (changed) =>
      this.#notify('notifications/resources/updated', { uri: changed }).catch(this.#onerror),
    );
    this.#legacy.uris.add(uri);
    this.#settle();
  }

  /** Answers `resources/unsubscribe`; a URI that was never subscribed to is as good as unsubscribed. */
  unsubscribe(call: Call): void {
    this.#legacy?.uris.delete(requireString(call.params, 'uri'));
    this.#settle();
  }

  /** Ends everything in good order. Returns the ids of the requests whose streams this ended, answered in a later microtask. */
  end(): RequestId[] {
    const ids = [...this.#streams.keys()];
    for (const { end } of [...this.#streams.values()]) end();
    this.#legacy?.close();
    this.#settle();
    return ids;
  }

  /** Listens to the note only while somebody here does, so that a connection that ended is not held by it. */
  #settle(): void {
    const wanted = this.#streams.size > 0 || (this.#legacy?.uris.size ?? 0) > 0;
    if (wanted) this.#release ??= this.#note.onchange(() => this.#changed(NOTE_URI));
    else {
      this.#release?.();
      this.#release = undefined;
    }
  }

  #changed(uri: string): void {
    for (const { feed } of this.#streams.values()) feed.push(uri);
    this.#legacy?.push(uri);
  }
}

/** The resources that a filter names. Of the other kinds of notification this server has none, so they are only checked. */
function parseFilter({ params }: Call): string[] {
  const filter = params.notifications;
  if (!isObject(filter)) throw invalidParams(`notifications must be an object, and is ${excerpt(filter)}`);
  for (const kind of ['toolsListChanged', 'promptsListChanged', 'resourcesListChanged']) {
    const value = filter[kind];
    if (value !== undefined && typeof value !== 'boolean')
      throw invalidParams(`notifications.${kind} must be a boolean, and is ${excerpt(value)}`);
  }
  const uris = filter.resourceSubscriptions ?? [];
  if (!Array.isArray(uris) || !uris.every((uri) => typeof uri === 'string')) {
    throw invalidParams(`notifications.resourceSubscriptions must be an array of strings, and is ${excerpt(uris)}`);
  }
  if (uris.length > MAX_URIS)
    throw invalidParams(`notifications.resourceSubscriptions names ${uris.length} resources, and may name ${MAX_URIS}`);
  return [...new Set<string>(uris)];
}
