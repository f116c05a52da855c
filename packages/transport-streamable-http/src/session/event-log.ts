import { encodeEvent } from '@mcpwire/event-stream';
import { BoundedQueue, type JsonRpcMessage, TransportError } from '@mcpwire/jsonrpc';
import { toEvent } from '../server/event-writer.js';
import type { StreamSettings } from '../server/stream-settings.js';
import type { EventStore } from './event-store.js';

/** What the logs of one session have in common. */
export interface EventLogSettings {
  readonly store: EventStore;
  readonly sessionId: string | undefined;
  readonly streams: StreamSettings;
  /** Told when the store fails: the event then goes out without an id, and cannot be resumed after. Never throws. */
  readonly report: (error: Error) => void;
}

/** Passes the text of an event on to whoever reads the stream. Without an id it is not stored, and only that can save it. */
export type WriteEvent = (text: string, id: string | undefined) => Promise<void>;

interface Task {
  run: () => string | undefined | Promise<string | undefined>;
  done: (id: string | undefined) => Promise<void>;
}

const PRIMING = {} as JsonRpcMessage;

/**
 * The events of one stream on their way into the store and out of it: each gets its id before it is sent, and none overtakes another,
 * however slow the store is. A store that answers at once costs no promise.
 */
export class EventLog {
  readonly streamId: string;
  readonly #settings: EventLogSettings;
  /** What waits for the store, or for a replay; undefined while nothing does. */
  #queue: BoundedQueue<Task> | undefined;
  #tail: Promise<void> = Promise.resolve();
  #waiting = 0;

  constructor(streamId: string, settings: EventLogSettings) {
    this.streamId = streamId;
    this.#settings = settings;
  }

  /** True while something waits for the store, or for a replay. */
  get isBusy(): boolean {
    return this.#waiting > 0;
  }

  /** Resolves when what waits now is done; more may have come by then. */
  get settled(): Promise<void> {
    return this.#tail;
  }

  /**
   * Stores a message as the stream's next event, and then calls `write`.
   * @returns what `write` returned
   * @throws TransportError (as a rejection) `queue-overflow` when too many wait for the store
   */
  append(message: JsonRpcMessage, json: string, write: WriteEvent): Promise<void> {
    return this.#store(message, json, (id) => write(id === undefined ? toEvent(json) : toEventWithId(json, id), id));
  }

  /** Stores and writes the event that has an id and no data, so that a client can come back even before there was a message. */
  prime(retryMs: number | undefined, write: WriteEvent): Promise<void> {
    return this.#store(PRIMING, '{}', (id) => (id === undefined ? Promise.resolve() : write(encodeEvent({ id, retryMs, data: '' }), id)));
  }

  /** Does something when all that was appended is stored and written: at once if it is. What is appended meanwhile comes after it. */
  afterwards(task: () => void | Promise<void>): void {
    if (this.#waiting === 0) {
      const busy = task();
      if (busy) this.#follow(() => busy);
    } else this.#follow(task);
  }

  #store(message: JsonRpcMessage, text: string, done: Task['done']): Promise<void> {
    const { store, sessionId, streams } = this.#settings;
    const run = (): string | Promise<string> => store.storeEvent(this.streamId, message, { sessionId, text });
    if (this.#waiting > 0) {
      this.#queue ??= new BoundedQueue({
        maxQueuedBytes: streams.maxQueuedBytes,
        maxWaitingSends: streams.maxWaitingSends,
        accept: (task, bytes) => this.#enqueue(task, bytes),
      });
      return this.#queue.push({ run, done }, text.length);
    }
    let id: string | Promise<string>;
    try {
      id = run();
    } catch (cause) {
      return done(this.#failed(cause));
    }
    if (typeof id === 'string') return done(this.#usable(id));
    return this.#enqueue({ run: () => id, done }, 0);
  }

  #enqueue({ run, done }: Task, bytes: number): Promise<void> {
    return new Promise((resolve) => {
      this.#follow(async () => {
        let id: string | undefined;
        try {
          id = this.#usable((await run()) as string);
        } catch (cause) {
          id = this.#failed(cause);
        }
        // Not awaited: a reader that is slow must not keep the next event from being stored.
        resolve(done(id));
        this.#queue?.release(bytes);
      });
    });
  }

  #follow(task: () => void | Promise<void>): void {
    this.#waiting++;
    this.#tail = this.#tail.then(task).then(
      () => this.#followed(),
      (cause) => {
        this.#followed();
        this.#settings.report(new TransportError('write-failed', 'Something failed on an event stream', { cause }));
      },
    );
  }

  #followed(): void {
    this.#waiting--;
    if (this.#waiting === 0) this.#queue = undefined;
  }

  #usable(id: string): string | undefined {
    return typeof id === 'string' && !unsafe.test(id) ? id : this.#failed(new TypeError('it gave an id that no event can have'));
  }

  #failed(cause: unknown): undefined {
    const why = cause instanceof Error ? `: ${cause.message}` : '';
    this.#settings.report(
      new TransportError('write-failed', `The event store did not take an event, which is sent without an id${why}`, { cause }),
    );
    return undefined;
  }
}

/** What ends a line of an event stream, and NUL (WHATWG HTML, "Interpreting an event stream"). */
const unsafe = /[\r\n\0]/;

/** `id` must hold no line end. */
export function toEventWithId(json: string, id: string): string {
  return `event: message\nid: ${id}\ndata: ${json}\n\n`;
}
