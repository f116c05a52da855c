import type { JsonRpcMessage } from '@mcpwire/jsonrpc';
import type { EventStore } from '../event-store.js';
import { isEventStoreError } from '../event-store-error.js';
import { verifyFails, verifyWorks } from './verify.js';

export interface Sent {
  id?: string;
  message: JsonRpcMessage;
}

export function note(n: number): JsonRpcMessage {
  return { jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: n } };
}

export function numberOf({ message }: Sent): unknown {
  return 'method' in message ? message.params?.data : undefined;
}

export function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, n) => from + n);
}

export async function storeNotes(store: EventStore, streamId: string, count: number, from = 0): Promise<string[]> {
  const ids: string[] = [];
  for (let n = from; n < from + count; n++) ids.push(await store.storeEvent(streamId, note(n)));
  return ids;
}

export interface Replayed {
  streamId: string;
  sent: Array<Required<Sent>>;
}

export async function replay(store: EventStore, lastEventId: string): Promise<Replayed> {
  return await verifyWorks(() => tryReplay(store, lastEventId), 'A replay fails, after an event that should be there');
}

export async function tryReplay(store: EventStore, lastEventId: string): Promise<Replayed> {
  const sent: Array<Required<Sent>> = [];
  const streamId = await store.replayEventsAfter(lastEventId, {
    send: (id, message) => {
      sent.push({ id, message });
    },
  });
  return { streamId, sent };
}

export async function verifyNotReplayed(store: EventStore, lastEventId: string, sentence: string): Promise<unknown> {
  return await verifyFails(() => tryReplay(store, lastEventId), sentence);
}

export function codeOf(error: unknown): string | undefined {
  return isEventStoreError(error) ? error.code : undefined;
}

/** Stream ids may be anything. */
export const STRANGE_STREAM_IDS: readonly string[] = [
  'stream',
  'stream_1',
  'stream_10',
  '_GET_stream',
  '__proto__',
  'constructor',
  '',
  ' ',
  'a:b:*',
  'a/../b',
  '{tag}',
  'line\nbreak\0',
  'Straße ☃ 🎉',
  'x'.repeat(1000),
];

/** Messages that are easily changed on the way. */
export const MESSAGES: readonly JsonRpcMessage[] = [
  { jsonrpc: '2.0', method: 'notifications/tools/list_changed' },
  { jsonrpc: '2.0', id: 0, method: 'ping', params: {} },
  { jsonrpc: '2.0', id: 'text', result: { nothing: null, zero: 0, no: false, empty: '', list: [[], {}], deep: { er: { still: 1e-7 } } } },
  {
    jsonrpc: '2.0',
    id: 9_007_199_254_740_991,
    error: { code: -32603, message: 'line\nbreak \u2028 "quoted" \\ \0', data: [1, 'two', null] },
  },
  { jsonrpc: '2.0', id: 1, result: { text: '☃ 🎉 \ud83c lone' } },
  { jsonrpc: '2.0', id: 2, result: { text: 'x'.repeat(1024 * 1024) } },
];
