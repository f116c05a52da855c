import type { JsonRpcMessage } from '@mcpwire/jsonrpc';
import { EventIds, toEventId } from './event-id.js';
import type { EventDetails, EventReplay, EventStore } from './event-store.js';
import { EventStoreError } from './event-store-error.js';
import { checkLimits } from './limits.js';
import { LinkedList } from './linked-list.js';
import { type StoredEvent, StoredStream } from './stored-stream.js';

/** Past each of them the oldest events are dropped, whichever stream they belong to. `Infinity` is no limit. */
export interface MemoryEventStoreOptions {
  /** Default 100,000. */
  maxEvents?: number | undefined;
  /** Memory for events and streams, counted at two bytes a character and a fixed sum for each event and stream. Default 64 MiB. */
  maxBytes?: number | undefined;
  /** Old events are dropped when the store is next used; there is no timer. Default 30 minutes. */
  maxAgeMs?: number | undefined;
}

/** An event store whose every method works at once: nothing of it is a promise unless `send` returns one. */
export interface MemoryEventStore extends EventStore {
  storeEvent(streamId: string, message: JsonRpcMessage, details?: EventDetails): string;
  getStreamIdForEventId(eventId: string): string | undefined;
  deleteStream(streamId: string): void;
  deleteSession(sessionId: string): void;
  /** Events that can be replayed. */
  readonly eventCount: number;
  /** What `maxBytes` bounds. */
  readonly storedBytes: number;
}

/** What an event, and a stream with its entries in the maps, take beside their text. Measured on Node 20, rounded up. */
const EVENT_BYTES = 128;
const STREAM_BYTES = 640;

/**
 * Keeps events in this process. An event costs a lookup, an object, and `JSON.stringify` if its text does not come with it; dropping the
 * oldest costs constant time, and a replay as much as it replays.
 *
 * A client can resume as long as nothing that came after its last event was dropped, be that event itself dropped or not; therefore
 * the place in a stream outlives its events, within a tenth of `maxEvents` and of `maxBytes`.
 *
 * @throws RangeError for a limit that is not positive
 */
export function createMemoryEventStore(options: MemoryEventStoreOptions = {}): MemoryEventStore {
  return new Store(options);
}

class Store implements MemoryEventStore {
  readonly #maxEvents: number;
  readonly #maxBytes: number;
  readonly #maxAgeMs: number;
  readonly #ids = new EventIds();
  /** All events, oldest first. */
  readonly #events = new LinkedList<StoredEvent>();
  /** Streams whose events were all dropped and which may go on, the one that has been so for longest first. */
  readonly #emptied = new LinkedList<StoredStream>();
  readonly #byId = new Map<string, StoredStream>();
  readonly #byKey = new Map<string, StoredStream>();
  readonly #bySession = new Map<string, Set<StoredStream>>();
  #bytes = 0;
  /** What of it goes to streams in `#emptied`. */
  #emptiedBytes = 0;

  constructor({ maxEvents = 100_000, maxBytes = 64 * 1024 * 1024, maxAgeMs = 30 * 60_000 }: MemoryEventStoreOptions) {
    checkLimits({ maxEvents, maxBytes, maxAgeMs });
    this.#maxEvents = maxEvents;
    this.#maxBytes = maxBytes;
    this.#maxAgeMs = maxAgeMs;
  }

  get eventCount(): number {
    return this.#events.length;
  }

  get storedBytes(): number {
    return this.#bytes;
  }

  storeEvent(streamId: string, message: JsonRpcMessage, { sessionId, text = JSON.stringify(message) }: EventDetails = {}): string {
    const stream = this.#byId.get(streamId) ?? this.#open(streamId, sessionId);
    if (stream.isEmpty && stream.firstIndex > 0) this.#goesOn(stream);
    stream.isOver = !('method' in message) && ('result' in message || 'error' in message);
    const index = stream.nextIndex;
    const bytes = EVENT_BYTES + 2 * text.length;
    const event: StoredEvent = { stream, text, atMs: performance.now(), bytes, previous: undefined, next: undefined };
    stream.push(event);
    this.#events.append(event);
    this.#bytes += bytes;
    this.#trim(event.atMs);
    return toEventId(stream.key, index);
  }

  getStreamIdForEventId(eventId: string): string | undefined {
    this.#trim(performance.now());
    const place = this.#ids.parse(eventId);
    if (!place) return undefined;
    const stream = this.#byKey.get(place.streamKey);
    return stream && place.index + 1 >= stream.firstIndex && place.index < stream.nextIndex ? stream.id : undefined;
  }

  replayEventsAfter(lastEventId: string, { send }: EventReplay): string | Promise<string> {
    this.#trim(performance.now());
    const place = this.#ids.parse(lastEventId);
    const stream = place && this.#byKey.get(place.streamKey);
    if (!place || (stream ? place.index >= stream.nextIndex : !this.#ids.gaveOut(place.streamKey))) {
      throw new EventStoreError('event-unknown', 'This event store has never given out such an event id.');
    }
    if (!stream) throw dropped();
    return this.#replay(stream, place.index + 1, stream.nextIndex, send);
  }

  deleteStream(streamId: string): void {
    const stream = this.#byId.get(streamId);
    if (stream) this.#delete(stream);
  }

  deleteSession(sessionId: string): void {
    for (const stream of this.#bySession.get(sessionId) ?? []) this.#delete(stream);
  }

  /** Without a promise as long as `send` returns none. */
  #replay(stream: StoredStream, from: number, to: number, send: EventReplay['send']): string | Promise<string> {
    for (let index = from; index < to; index++) {
      const sent = this.#replayOne(stream, index, send);
      if (sent) return this.#replayOn(sent, stream, index + 1, to, send);
    }
    return stream.id;
  }

  /** A loop, because a chain of promises would hold one for each event until the last is sent. */
  async #replayOn(sent: Promise<void>, stream: StoredStream, from: number, to: number, send: EventReplay['send']): Promise<string> {
    await sent;
    for (let index = from; index < to; index++) {
      const busy = this.#replayOne(stream, index, send);
      if (busy) await busy;
    }
    return stream.id;
  }

  #replayOne(stream: StoredStream, index: number, send: EventReplay['send']): void | Promise<void> {
    // Asked again for each one: `send` may have taken long.
    if (index < stream.firstIndex || this.#byKey.get(stream.key) !== stream) throw dropped();
    const { text } = stream.at(index) as StoredEvent;
    if (text !== '{}') return send(toEventId(stream.key, index), JSON.parse(text) as JsonRpcMessage);
  }

  #open(id: string, sessionId: string | undefined): StoredStream {
    const stream = new StoredStream(id, this.#ids.createStreamKey(), sessionId);
    this.#byId.set(id, stream);
    this.#byKey.set(stream.key, stream);
    if (sessionId !== undefined) {
      const streams = this.#bySession.get(sessionId);
      if (streams) streams.add(stream);
      else this.#bySession.set(sessionId, new Set([stream]));
    }
    this.#bytes += bytesOf(stream);
    return stream;
  }

  /** Drops what is too much or too old. */
  #trim(nowMs: number): void {
    const oldest = nowMs - this.#maxAgeMs;
    for (let event = this.#events.first; event; event = this.#events.first) {
      if (this.#events.length <= this.#maxEvents && this.#bytes <= this.#maxBytes && event.atMs >= oldest) break;
      this.#drop(event);
    }
    for (let stream = this.#emptied.first; stream; stream = this.#emptied.first) {
      if (this.#emptied.length <= this.#maxEvents / 10 && this.#emptiedBytes <= this.#maxBytes / 10) break;
      this.#delete(stream);
    }
  }

  /** @param event the oldest of all, and so of its stream */
  #drop(event: StoredEvent): void {
    this.#events.remove(event);
    this.#bytes -= event.bytes;
    event.stream.shift();
    if (!event.stream.isEmpty) return;
    if (event.stream.isOver) this.#delete(event.stream);
    else {
      this.#emptied.append(event.stream);
      this.#emptiedBytes += bytesOf(event.stream);
    }
  }

  #goesOn(stream: StoredStream): void {
    this.#emptied.remove(stream);
    this.#emptiedBytes -= bytesOf(stream);
  }

  #delete(stream: StoredStream): void {
    // One that is over, and was just emptied, is not in the list.
    if (stream.isEmpty && !stream.isOver) this.#goesOn(stream);
    for (const event of stream) {
      this.#events.remove(event);
      this.#bytes -= event.bytes;
    }
    this.#bytes -= bytesOf(stream);
    this.#byId.delete(stream.id);
    this.#byKey.delete(stream.key);
    if (stream.sessionId === undefined) return;
    const streams = this.#bySession.get(stream.sessionId);
    streams?.delete(stream);
    if (streams?.size === 0) this.#bySession.delete(stream.sessionId);
  }
}

function bytesOf(stream: StoredStream): number {
  return STREAM_BYTES + 2 * stream.id.length;
}

function dropped(): EventStoreError {
  return new EventStoreError('event-dropped', 'Events that came after this one were dropped from the event store.');
}
