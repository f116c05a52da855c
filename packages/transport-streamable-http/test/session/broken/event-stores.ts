import type { JsonRpcMessage } from '@mcpwire/jsonrpc';
import type { EventDetails, EventReplay, EventStore } from '../../../src/session/event-store.js';
import { createMemoryEventStore, type MemoryEventStore } from '../../../src/session/memory-event-store.js';
import type { EventStoreLimits } from '../../../src/store-contract.js';

/** A store that hands everything on; each broken one does one thing otherwise. */
class Passing implements EventStore {
  protected readonly inner: MemoryEventStore;
  constructor(limits?: EventStoreLimits) {
    this.inner = createMemoryEventStore(limits);
  }
  storeEvent(streamId: string, message: JsonRpcMessage, details?: EventDetails): string {
    return this.inner.storeEvent(streamId, message, details);
  }
  getStreamIdForEventId(eventId: string): string | undefined {
    return this.inner.getStreamIdForEventId(eventId);
  }
  replayEventsAfter(lastEventId: string, replay: EventReplay): string | Promise<string> {
    return this.inner.replayEventsAfter(lastEventId, replay);
  }
  deleteStream(streamId: string): void {
    this.inner.deleteStream(streamId);
  }
  deleteSession(sessionId: string): void {
    this.inner.deleteSession(sessionId);
  }
}

interface Kept {
  id: string;
  streamId: string;
  message: JsonRpcMessage;
}

/** Keeps every event in one list, as small stores do. */
class Listing implements EventStore {
  readonly kept: Kept[] = [];
  storeEvent(streamId: string, message: JsonRpcMessage): string {
    const id = this.idOf(streamId);
    this.kept.push({ id, streamId, message: structuredClone(message) });
    return id;
  }
  protected idOf(_streamId: string): string {
    return `event-${this.kept.length}-${'x'.repeat(20)}`;
  }
  async replayEventsAfter(lastEventId: string, { send }: EventReplay): Promise<string> {
    const at = this.kept.findIndex(({ id }) => id === lastEventId);
    const last = this.kept[at];
    if (!last) throw new Error('no such event');
    for (const { id, message } of this.after(last, at)) await send(id, message);
    return last.streamId;
  }
  protected after(last: Kept, at: number): Kept[] {
    return this.kept.slice(at + 1).filter(({ streamId }) => streamId === last.streamId);
  }
}

class NamesEventsAfterStreams extends Listing {
  protected override idOf(streamId: string): string {
    return `${streamId}_${this.kept.length}`;
  }
}

class NumbersEachStream extends Listing {
  protected override idOf(streamId: string): string {
    return `event-${this.kept.filter((each) => each.streamId === streamId).length}`;
  }
}

class RepeatsTheLast extends Listing {
  protected override after(last: Kept, at: number): Kept[] {
    return [last, ...super.after(last, at)];
  }
}

class ReplaysBackwards extends Listing {
  protected override after(last: Kept, at: number): Kept[] {
    return super.after(last, at).reverse();
  }
}

class ReplaysAllStreams extends Listing {
  protected override after(_last: Kept, at: number): Kept[] {
    return this.kept.slice(at + 1);
  }
}

class ForgetsWhatItReplayed extends Listing {
  protected override after(last: Kept, at: number): Kept[] {
    const events = super.after(last, at);
    for (const event of events) this.kept.splice(this.kept.indexOf(event), 1);
    return events;
  }
}

class SendsNewIds extends Listing {
  protected override after(last: Kept, at: number): Kept[] {
    return super.after(last, at).map((event) => ({ ...event, id: `again-${event.id}` }));
  }
}

class KeepsObjects extends Listing {
  override storeEvent(streamId: string, message: JsonRpcMessage): string {
    const id = this.idOf(streamId);
    this.kept.push({ id, streamId, message });
    return id;
  }
}

class SplitsIds extends Passing {
  override async replayEventsAfter(lastEventId: string, replay: EventReplay): Promise<string> {
    return (await super.replayEventsAfter(lastEventId, replay)).split('_')[0] ?? '';
  }
}

class SendsAllAtOnce extends Passing {
  override async replayEventsAfter(lastEventId: string, { send }: EventReplay): Promise<string> {
    const sends: Array<Promise<void> | void> = [];
    const streamId = await this.inner.replayEventsAfter(lastEventId, {
      send: (id, message) => {
        sends.push(send(id, message));
      },
    });
    await Promise.all(sends);
    return streamId;
  }
}

class HidesFailedSends extends Passing {
  override async replayEventsAfter(lastEventId: string, { send }: EventReplay): Promise<string> {
    return await this.inner.replayEventsAfter(lastEventId, {
      send: async (id, message) => {
        await Promise.resolve(send(id, message)).catch(() => {});
      },
    });
  }
}

class LosesWhatComesMeanwhile extends Passing {
  #replaying = false;
  override storeEvent(streamId: string, message: JsonRpcMessage, details?: EventDetails): string {
    return this.#replaying ? 'lost' : super.storeEvent(streamId, message, details);
  }
  override async replayEventsAfter(lastEventId: string, replay: EventReplay): Promise<string> {
    this.#replaying = true;
    try {
      return await super.replayEventsAfter(lastEventId, replay);
    } finally {
      this.#replaying = false;
    }
  }
}

class AnswersUnknownWithNothing extends Passing {
  override async replayEventsAfter(lastEventId: string, replay: EventReplay): Promise<string> {
    return this.inner.getStreamIdForEventId(lastEventId) === undefined ? '' : await super.replayEventsAfter(lastEventId, replay);
  }
}

class KeepsAsciiOnly extends Passing {
  override storeEvent(streamId: string, message: JsonRpcMessage): string {
    return super.storeEvent(streamId, JSON.parse(JSON.stringify(message).replace(/[^\0-\x7f]/g, '?')));
  }
}

class WritesTextTwice extends Passing {
  override storeEvent(streamId: string, message: JsonRpcMessage, { text, ...details }: EventDetails = {}): string {
    return super.storeEvent(streamId, message, { ...details, text: text && JSON.stringify(text) });
  }
}

class RefusesEmptyMessages extends Passing {
  override storeEvent(streamId: string, message: JsonRpcMessage, details?: EventDetails): string {
    return 'method' in message || 'id' in message ? super.storeEvent(streamId, message, details) : 'first';
  }
}

class FindsAStreamForAnyId extends Passing {
  override getStreamIdForEventId(eventId: string): string | undefined {
    return super.getStreamIdForEventId(eventId) ?? eventId.split('_')[0];
  }
}

class FindsWhatItDropped extends Passing {
  readonly #streams = new Map<string, string>();
  override storeEvent(streamId: string, message: JsonRpcMessage): string {
    const id = super.storeEvent(streamId, message);
    this.#streams.set(id, streamId);
    return id;
  }
  override getStreamIdForEventId(eventId: string): string | undefined {
    return this.#streams.get(eventId);
  }
}

class FindsNoStream extends Passing {
  override getStreamIdForEventId(): string | undefined {
    return undefined;
  }
}

class DeletesNothing extends Passing {
  override deleteStream(): void {}
  override deleteSession(): void {}
}

class DeletesByPrefix extends Passing {
  readonly #streams = new Set<string>();
  override storeEvent(streamId: string, message: JsonRpcMessage, details?: EventDetails): string {
    this.#streams.add(streamId);
    return super.storeEvent(streamId, message, details);
  }
  override deleteSession(sessionId: string): void {
    for (const streamId of this.#streams) if (streamId.includes(` of ${sessionId}`)) this.inner.deleteStream(streamId);
  }
}

class DeletesEverything extends Passing {
  readonly #streams = new Set<string>();
  override storeEvent(streamId: string, message: JsonRpcMessage, details?: EventDetails): string {
    this.#streams.add(streamId);
    return super.storeEvent(streamId, message, details);
  }
  override deleteStream(): void {
    for (const streamId of this.#streams) this.inner.deleteStream(streamId);
  }
}

class LimitsEachStream extends Passing {
  readonly #limits: EventStoreLimits | undefined;
  readonly #stores = new Map<string, MemoryEventStore>();
  constructor(limits?: EventStoreLimits) {
    super();
    this.#limits = limits;
  }
  override storeEvent(streamId: string, message: JsonRpcMessage): string {
    const store = this.#stores.get(streamId) ?? createMemoryEventStore(this.#limits);
    this.#stores.set(streamId, store);
    return store.storeEvent(streamId, message);
  }
  override async replayEventsAfter(lastEventId: string, replay: EventReplay): Promise<string> {
    for (const store of this.#stores.values()) {
      if (store.getStreamIdForEventId(lastEventId) !== undefined) return await store.replayEventsAfter(lastEventId, replay);
    }
    throw new Error('no such event');
  }
}

class ReplaysWhatIsLeft extends Listing {
  readonly #maxEvents: number;
  #stored = 0;
  readonly #streamOf = new Map<string, string>();
  constructor(limits?: EventStoreLimits) {
    super();
    this.#maxEvents = limits?.maxEvents ?? Number.POSITIVE_INFINITY;
  }
  protected override idOf(): string {
    return `event-${this.#stored++}`;
  }
  override storeEvent(streamId: string, message: JsonRpcMessage): string {
    const id = super.storeEvent(streamId, message);
    this.#streamOf.set(id, streamId);
    if (this.kept.length > this.#maxEvents) this.kept.shift();
    return id;
  }
  override async replayEventsAfter(lastEventId: string, replay: EventReplay): Promise<string> {
    const streamId = this.#streamOf.get(lastEventId);
    if (streamId === undefined) throw new Error('no such event');
    const at = this.kept.findIndex(({ id }) => id === lastEventId);
    for (const { id, message } of this.after({ id: lastEventId, streamId, message: {} as JsonRpcMessage }, at))
      await replay.send(id, message);
    return streamId;
  }
}

class ThrowsPlainErrors extends Passing {
  override async replayEventsAfter(lastEventId: string, replay: EventReplay): Promise<string> {
    try {
      return await super.replayEventsAfter(lastEventId, replay);
    } catch {
      throw new Error('cannot be resumed');
    }
  }
}

export interface BrokenEventStore {
  /** Continues "a store that …". */
  fault: string;
  create: (limits?: EventStoreLimits) => EventStore;
  caughtBy: Record<string, RegExp>;
}

export const brokenEventStores: readonly BrokenEventStore[] = [
  {
    fault: 'names events after their streams',
    create: () => new NamesEventsAfterStreams(),
    caughtBy: { 'ids/visible-ascii': /cannot be sent/ },
  },
  { fault: 'numbers each stream by itself', create: () => new NumbersEachStream(), caughtBy: { 'ids/unique': /share an id/ } },
  {
    fault: 'sends the last event once more',
    create: () => new RepeatsTheLast(),
    caughtBy: { 'replay/rest': /not the rest/, 'replay/nothing-missed': /sends something/ },
  },
  { fault: 'replays backwards', create: () => new ReplaysBackwards(), caughtBy: { 'replay/rest': /not the rest/ } },
  { fault: 'sends events under new ids', create: () => new SendsNewIds(), caughtBy: { 'replay/rest': /does not have the id/ } },
  { fault: 'forgets what it has replayed', create: () => new ForgetsWhatItReplayed(), caughtBy: { 'replay/later': /second replay/ } },
  { fault: 'replays all streams', create: () => new ReplaysAllStreams(), caughtBy: { 'replay/own-stream': /not the rest of that stream/ } },
  { fault: 'cuts stream ids at an underscore', create: () => new SplitsIds(), caughtBy: { 'replay/stream-id': /another stream id/ } },
  { fault: 'sends all events at once', create: () => new SendsAllAtOnce(), caughtBy: { 'replay/waits': /did not wait/ } },
  { fault: 'hides that a send failed', create: () => new HidesFailedSends(), caughtBy: { 'replay/send-fails': /hides/ } },
  {
    fault: 'loses what is stored during a replay',
    create: () => new LosesWhatComesMeanwhile(),
    caughtBy: { 'replay/while-storing': /not where/ },
  },
  {
    fault: 'finds nothing to replay for an unknown id',
    create: () => new AnswersUnknownWithNothing(),
    caughtBy: { 'replay/unknown': /no error/ },
  },
  { fault: 'keeps ASCII only', create: () => new KeepsAsciiOnly(), caughtBy: { 'messages/unchanged': /not the one/ } },
  {
    fault: 'encodes text that is JSON already',
    create: () => new WritesTextTwice(),
    caughtBy: { 'messages/given-as-text': /with its text/ },
  },
  {
    fault: 'keeps the object, not what it was',
    create: () => new KeepsObjects(),
    caughtBy: { 'messages/kept-as-they-were': /changes with/ },
  },
  {
    fault: 'gives an empty message no place in the stream',
    create: () => new RefusesEmptyMessages(),
    caughtBy: { 'messages/first-event': /cannot be resumed from/ },
  },
  { fault: 'finds a stream for any id', create: () => new FindsAStreamForAnyId(), caughtBy: { 'lookup/stream': /There is a stream/ } },
  {
    fault: 'finds the stream of what it has dropped',
    create: (limits) => new FindsWhatItDropped(limits),
    caughtBy: { 'lookup/dropped': /cannot be replayed/ },
  },
  { fault: 'finds no stream', create: () => new FindsNoStream(), caughtBy: { 'lookup/stream': /another stream/ } },
  {
    fault: 'deletes nothing',
    create: () => new DeletesNothing(),
    caughtBy: { 'forget/stream': /after it was deleted/, 'forget/session': /after its session/ },
  },
  { fault: 'takes a session for a prefix', create: () => new DeletesByPrefix(), caughtBy: { 'forget/session': /A replay fails/ } },
  { fault: 'deletes everything with one stream', create: () => new DeletesEverything(), caughtBy: { 'forget/stream': /A replay fails/ } },
  {
    fault: 'keeps everything',
    create: () => new Passing(),
    caughtBy: { 'limits/oldest-dropped': /were dropped, and says nothing/, 'limits/across-streams': /beyond the limit/ },
  },
  {
    fault: 'limits each stream by itself',
    create: (limits) => new LimitsEachStream(limits),
    caughtBy: { 'limits/across-streams': /beyond/ },
  },
  {
    fault: 'replays what is left',
    create: (limits) => new ReplaysWhatIsLeft(limits),
    caughtBy: { 'limits/oldest-dropped': /says nothing/ },
  },
  {
    fault: 'throws errors without a code',
    create: (limits) => new ThrowsPlainErrors(limits),
    caughtBy: { 'limits/dropped-or-unknown': /no EventStoreError/ },
  },
];
