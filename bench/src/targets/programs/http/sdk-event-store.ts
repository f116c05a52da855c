interface StoredEvent {
  readonly streamId: string;
  readonly message: unknown;
}

/** The event store that the SDK's transports ask for, the same in both majors. */
export interface SdkEventStore {
  storeEvent(streamId: string, message: unknown): Promise<string>;
  replayEventsAfter(lastEventId: string, to: { send: (eventId: string, message: never) => Promise<void> }): Promise<string>;
}

/**
 * What the SDK's examples do, as the SDK itself has no store: everything in one Map, and a replay looks through all of it for what is of the same stream.
 * It differs where theirs loses events, which is where several have the same millisecond: its ids count.
 */
export function createSdkEventStore(): SdkEventStore {
  const events = new Map<string, StoredEvent>();
  let count = 0;
  return {
    storeEvent: async (streamId, message) => {
      const id = `${streamId}_${count++}`;
      events.set(id, { streamId, message });
      return id;
    },
    replayEventsAfter: async (lastEventId, { send }) => {
      const streamId = events.get(lastEventId)?.streamId;
      if (streamId === undefined) return '';
      let isBehind = false;
      for (const [id, event] of events) {
        if (event.streamId !== streamId) continue;
        if (isBehind) await send(id, event.message as never);
        else isBehind = id === lastEventId;
      }
      return streamId;
    },
  };
}
