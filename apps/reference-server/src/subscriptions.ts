import { JsonRpcError, LocalErrorCode, type Params, type RequestId } from '@mcpwire/jsonrpc';
import type { Call } from './call.js';
import type { Catalogue, ChangingList } from './catalogue.js';
import { MetaKey } from './envelope.js';
import { excerpt, invalidParams } from './errors.js';
import type { Note } from './note.js';
import { isObject, requireString } from './params.js';
import { isListedResource, NOTE_URI, resourceNotFound } from './resources.js';
import type { Settings } from './settings.js';
import { UpdateFeed } from './update-feed.js';

/** Streams of `subscriptions/listen` that one connection may have open. */
const MAX_STREAMS = 100;
/** URIs that one `subscriptions/listen` may name. */
const MAX_URIS = 1_000;

const LIST_CHANGED: Readonly<Record<ChangingList, string>> = {
  prompts: 'notifications/prompts/list_changed',
  tools: 'notifications/tools/list_changed',
};
const LISTS = Object.keys(LIST_CHANGED) as ChangingList[];

interface Stream {
  readonly feed: UpdateFeed;
  /** Answers the request that opened the stream. */
  readonly end: () => void;
}

/**
 * Who on one connection wants to hear of changed resources and lists: the streams of `subscriptions/listen`, and what legacy clients named with
 * `resources/subscribe`.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/subscriptions
 * @see https://modelcontextprotocol.io/specification/2025-11-25/server/resources#subscriptions
 */
export class Subscriptions {
  readonly #catalogue: Catalogue;
  readonly #note: Note;
  readonly #notify: (method: string, params: Params) => Promise<void>;
  readonly #onerror: (error: Error) => void;
  readonly #streams = new Map<RequestId, Stream>();
  #legacy: UpdateFeed | undefined;
  #release: (() => void) | undefined;

  constructor({ catalogue, note }: Settings, notify: (method: string, params: Params) => Promise<void>, onerror: (error: Error) => void) {
    this.#catalogue = catalogue;
    this.#note = note;
    this.#notify = notify;
    this.#onerror = onerror;
  }

  /** Answers `subscriptions/listen`: with the acknowledgement now, and with a result when the server ends the stream. */
  listen(call: Call): Promise<object> {
    const { context } = call;
    const filter = parseFilter(call);
    const uris = filter.uris.filter((uri) => isListedResource(uri, this.#catalogue));
    const lists = this.#catalogue.onchange ? filter.lists : [];
    if (this.#streams.size >= MAX_STREAMS) {
      throw new JsonRpcError(
        LocalErrorCode.TooManyRequests,
        `Too many subscriptions: ${MAX_STREAMS} are open on this connection. Cancel one first.`,
      );
    }
    const _meta = { [MetaKey.SubscriptionId]: context.id };
    const notify = (method: string, params: object): Promise<void> => context.notify(method, { ...params, _meta }).catch(this.#onerror);
    const topics = [...uris, ...lists.map((list) => LIST_CHANGED[list])];
    const feed = new UpdateFeed(topics, (topic) => notify(...toNotification(topic)));

    return new Promise((resolve) => {
      const end = (): void => {
        this.#streams.delete(context.id);
        feed.close();
        this.#settle();
        resolve({ _meta });
      };
      // Sent before anything else can be: messages leave in the order in which they are sent.
      void notify('notifications/subscriptions/acknowledged', { notifications: toFilter(uris, lists) });
      this.#streams.set(context.id, { feed, end });
      this.#settle();
      call.signal.addEventListener('abort', end, { once: true });
    });
  }

  /** Answers `resources/subscribe`. */
  subscribe(call: Call): void {
    const uri = requireString(call.params, 'uri');
    if (!isListedResource(uri, this.#catalogue)) throw resourceNotFound(uri, call.revision);
    this.#follow(uri);
  }

  /** A legacy client, which has no say in it, is told from now on when a list changes. */
  announceLists(): void {
    if (!this.#catalogue.onchange) return;
    for (const topic of Object.values(LIST_CHANGED)) this.#follow(topic);
  }

  /** Answers `resources/unsubscribe`; a URI that was never subscribed to is as good as unsubscribed. */
  unsubscribe(call: Call): void {
    this.#legacy?.topics.delete(requireString(call.params, 'uri'));
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

  #follow(topic: string): void {
    this.#legacy ??= new UpdateFeed([], (changed) => this.#notify(...toNotification(changed)).catch(this.#onerror));
    this.#legacy.topics.add(topic);
    this.#settle();
  }

  /** Listens to the note only while somebody here does, so that a connection that ended is not held by it. */
  #settle(): void {
    const wanted = this.#streams.size > 0 || (this.#legacy?.topics.size ?? 0) > 0;
    if (wanted) this.#release ??= this.#listen();
    else {
      this.#release?.();
      this.#release = undefined;
    }
  }

  #listen(): () => void {
    const endNote = this.#note.onchange(() => this.#changed(NOTE_URI));
    const endLists = this.#catalogue.onchange?.((list) => this.#changed(LIST_CHANGED[list]));
    return () => {
      endNote();
      endLists?.();
    };
  }

  #changed(topic: string): void {
    for (const { feed } of this.#streams.values()) feed.push(topic);
    this.#legacy?.push(topic);
  }
}

/** A URI stands for a resource that is updated, the method of a notification for a list that changes. */
function toNotification(topic: string): [method: string, params: Params] {
  return LISTS.some((list) => LIST_CHANGED[list] === topic) ? [topic, {}] : ['notifications/resources/updated', { uri: topic }];
}

function toFilter(uris: string[], lists: ChangingList[]): object {
  return {
    ...Object.fromEntries(lists.map((list) => [`${list}ListChanged`, true])),
    ...(uris.length > 0 && { resourceSubscriptions: uris }),
  };
}

/** What a filter asks for. The list of resources never changes, so that part is only checked. */
function parseFilter({ params }: Call): { uris: string[]; lists: ChangingList[] } {
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
  return { uris: [...new Set<string>(uris)], lists: LISTS.filter((list) => filter[`${list}ListChanged`] === true) };
}
