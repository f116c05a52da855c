import type { HttpResponse } from '@mcpwire/http';
import type { JsonRpcMessage } from '@mcpwire/jsonrpc';
import { EventWriter, toJson } from '../server/event-writer.js';
import { refuseInvalid } from '../server/refusal.js';
import type { StreamSettings } from '../server/stream-settings.js';
import { type EventLog, toEventWithId } from './event-log.js';
import type { EventStore } from './event-store.js';
import { isEventStoreError } from './event-store-error.js';
import { refuseUnknownSession } from './handshake.js';

/** A stream that is not over, whose client may come back. */
export interface Resumable {
  readonly log: EventLog | undefined;
  /** The connection on which what was missed is being replayed, if there is one. */
  resuming: EventWriter | undefined;
  /** Cuts the connection off: its client has come back on another. */
  disown(): void;
  /** All that was missed, up to this event, has been written to this connection; from now on what is sent goes there. */
  connect(writer: EventWriter, lastEventId: string): void;
}

export interface ResumeOptions {
  readonly store: EventStore;
  readonly streams: StreamSettings;
  /** Whether a stream is one of this session's: another's must not be replayed. */
  readonly owns: (streamId: string) => boolean;
  /** The stream, if it is not over. */
  readonly find: (streamId: string) => Resumable | undefined;
  /** Whether the session has ended: it may while the store is asked. */
  readonly isOver: () => boolean;
  /** Never throws. */
  readonly report: (error: Error) => void;
}

/**
 * Answers a GET with `Last-Event-ID`: what the stream of that event had after it, and then what it has from now on if it is not over.
 * An event that is not known here, or belongs to somebody else, is refused with 400; one that the store has dropped with 410.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#resumability-and-redelivery
 */
export async function resume(lastEventId: string, options: ResumeOptions): Promise<HttpResponse> {
  const { store, streams, owns, find, isOver, report } = options;
  let streamId: string | undefined;
  try {
    streamId = await findStream(store, lastEventId);
  } catch (error) {
    if (isOver()) return refuseUnknownSession();
    if (isEventStoreError(error) && error.code === 'event-dropped') {
      return refuseInvalid(410, 'The event that Last-Event-ID names is no longer kept: what came after it cannot be sent again.');
    }
    if (!isEventStoreError(error) && error instanceof Error) report(error);
  }
  if (isOver()) return refuseUnknownSession();
  if (streamId === undefined || !owns(streamId)) return refuseInvalid(400, 'Last-Event-ID names no event of this session.');
  const writer = new EventWriter(streams);
  const stream = find(streamId);
  if (stream?.log) continueOn(writer, stream, stream.log, () => replayInto(writer, { store, lastEventId, report }));
  else void replayInto(writer, { store, lastEventId, report }).then(() => writer.end());
  return writer.toResponse();
}

/** Makes a connection the stream's, behind what `replay` writes to it first. */
export function continueOn(writer: EventWriter, stream: Resumable, log: EventLog, replay: () => Promise<string>): void {
  stream.disown();
  stream.resuming?.destroy();
  stream.resuming = writer;
  // In the log's own order: what waits for the store goes there first and is replayed, and nothing is stored, or sent, meanwhile.
  log.afterwards(async () => {
    const lastEventId = await replay();
    if (stream.resuming !== writer) return;
    stream.resuming = undefined;
    stream.connect(writer, lastEventId);
  });
}

async function findStream(store: EventStore, lastEventId: string): Promise<string | undefined> {
  const streamId = await store.getStreamIdForEventId?.(lastEventId);
  if (streamId !== undefined) return streamId;
  // A store that cannot tell says it by what it replays; one that does not have the event says why.
  return store.replayEventsAfter(lastEventId, { send: () => {} });
}

export interface Replay {
  readonly store: EventStore;
  readonly lastEventId: string;
  /** Never throws. */
  readonly report: (error: Error) => void;
}

/**
 * Writes what the store has after an event, as fast as its reader takes it and no faster: a client that comes back again and again, and
 * reads nothing, makes the server fetch little, and hold little.
 * @returns the last event that was written, or that it began behind
 */
export async function replayInto(writer: EventWriter, { store, lastEventId, report }: Replay): Promise<string> {
  let writtenId = lastEventId;
  const send = async (eventId: string, message: JsonRpcMessage): Promise<void> => {
    // What a stream begins with has an id and nothing to say.
    if (!('jsonrpc' in message)) return;
    await writer.drained();
    writtenId = eventId;
    await writer.write(toEventWithId(toJson(message), eventId));
  };
  try {
    await store.replayEventsAfter(lastEventId, { send });
  } catch (error) {
    // The client that went is no failure of the store.
    if (!writer.isOpen) return writtenId;
    writer.destroy();
    if (error instanceof Error) report(error);
  }
  return writtenId;
}
