import { MetaKey } from '@mcpwire/protocol';
import type { JsonObject, JsonValue } from './inbox.js';

/** Text up to this size is searched for the messages in it. */
const MAX_SCANNED_BYTES = 256 * 1024;

/**
 * What was sent over one connection, as far as it matters to what may come back: an answer to an id that is not in `ids`, or a word about
 * progress with a token that is not in `tokens`, was not asked for.
 */
export class SentLog {
  /** Ids of requests, well-formed or not. */
  readonly ids: Set<JsonValue> = new Set();
  /** Progress tokens. */
  readonly tokens: Set<JsonValue> = new Set();
  /** The id of the request that has a progress token. */
  readonly requestOf: Map<JsonValue, JsonValue> = new Map();
  /** Ids of the requests with each method, by method. */
  readonly idsOf: Map<string, Set<JsonValue>> = new Map();
  /** Ids of requests without the _meta of 2026-07-28: a server of both eras serves these as legacy ones. */
  readonly legacyIds: Set<JsonValue> = new Set();
  /** When something was first sent that is no valid message (`performance.now()`): error responses without an id may come after that. */
  garbageSince: number | undefined;

  /** Notes a JSON value that was sent as one message, batches included. */
  note(value: JsonValue): void {
    if (Array.isArray(value)) {
      this.#garbage();
      for (const element of value) this.#noteOne(element);
    } else this.#noteOne(value);
  }

  /** Notes text or bytes, line by line; JSON may be among it. */
  noteText(content: string | Uint8Array): void {
    if (content.length > MAX_SCANNED_BYTES) {
      this.#garbage();
      return;
    }
    const text = typeof content === 'string' ? content : Buffer.from(content).toString('utf8');
    for (const line of text.split('\n')) {
      if (line.trim() === '') continue;
      try {
        this.note(JSON.parse(line) as JsonValue);
      } catch {
        this.#garbage();
      }
    }
  }

  #garbage(): void {
    this.garbageSince ??= performance.now();
  }

  #noteOne(value: JsonValue): void {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.#garbage();
      return;
    }
    const { id, method, params } = value;
    if (value.jsonrpc !== '2.0' || typeof method !== 'string' || id === null) this.#garbage();
    if (id !== undefined && id !== null) {
      this.ids.add(id);
      if (!hasModernMeta(params)) this.legacyIds.add(id);
      if (typeof method === 'string') this.idsOf.set(method, (this.idsOf.get(method) ?? new Set()).add(id));
    }
    const token = progressTokenOf(params);
    if (token === undefined) return;
    this.tokens.add(token);
    if (id !== undefined) this.requestOf.set(token, id);
  }
}

function progressTokenOf(params: JsonValue | undefined): JsonValue | undefined {
  const meta = (params as JsonObject | null | undefined)?._meta;
  return (meta as JsonObject | null | undefined)?.progressToken;
}

function hasModernMeta(params: JsonValue | undefined): boolean {
  const meta = (params as JsonObject | null | undefined)?._meta;
  return typeof meta === 'object' && meta !== null && MetaKey.ProtocolVersion in meta;
}
