import type { JsonRpcMessage } from '@mcpwire/jsonrpc';

/**
 * Keeps what was sent on event streams, so that a client whose connection broke can come back with `Last-Event-ID` and be sent the rest.
 * It has the official SDK's shape: a store written for the SDK works here, and `toAsyncEventStore` makes one of ours fit the SDK's types.
 * Each method may return its value at once, which spares an `await` for each message, or a promise.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#resumability-and-redelivery
 */
export interface EventStore {
  /**
   * Keeps a message as the next event of its stream and returns the event's id: visible ASCII, and unique over the whole store.
   * A message without any members, `{}`, only takes an id: it is the event that a stream begins with, and a replay may leave it out.
   */
  storeEvent(streamId: string, message: JsonRpcMessage, details?: EventDetails): string | Promise<string>;
  /** The stream that an event belongs to, or undefined where a replay after the event would fail. */
  getStreamIdForEventId?(eventId: string): string | undefined | Promise<string | undefined>;
  /**
   * Calls `send` for each event of the stream that came after `lastEventId`, in order, one at a time, and returns the stream's id. What is
   * stored while it runs may be among them or not.
   * @throws EventStoreError `event-unknown`, `event-dropped`; a store that is not ours may throw anything.
   */
  replayEventsAfter(lastEventId: string, replay: EventReplay): string | Promise<string>;
  /** Forgets a stream, when nobody can come back for it. */
  deleteStream?(streamId: string): void | Promise<void>;
  /** Forgets all streams of a session (`EventDetails.sessionId`), when it has ended. */
  deleteSession?(sessionId: string): void | Promise<void>;
}

/** What the transport knows about an event beside its stream and message. A store may ignore it. */
export interface EventDetails {
  /** The session that the stream belongs to. */
  sessionId?: string | undefined;
  /** The message as JSON, where the caller has it already: a store that keeps text need not encode it once more. */
  text?: string | undefined;
}

export interface EventReplay {
  // A method, for its parameters: the SDK's message type is narrower than ours.
  send(eventId: string, message: JsonRpcMessage): void | Promise<void>;
}

/**
 * A store whose every method returns a promise, as the official SDK's types ask for. At run time the SDK's transports take any `EventStore`:
 * they await what it returns.
 */
export interface AsyncEventStore {
  storeEvent(streamId: string, message: JsonRpcMessage, details?: EventDetails): Promise<string>;
  getStreamIdForEventId?(eventId: string): Promise<string | undefined>;
  replayEventsAfter(lastEventId: string, replay: EventReplay): Promise<string>;
}

/** The same store, with a promise around each value. */
export function toAsyncEventStore(store: EventStore): AsyncEventStore {
  return {
    storeEvent: async (streamId, message, details) => await store.storeEvent(streamId, message, details),
    replayEventsAfter: async (lastEventId, replay) => await store.replayEventsAfter(lastEventId, replay),
    // Left out where the store has none: the SDK asks whether it is there.
    ...(store.getStreamIdForEventId && {
      getStreamIdForEventId: async (eventId: string) => await store.getStreamIdForEventId?.(eventId),
    }),
  };
}
