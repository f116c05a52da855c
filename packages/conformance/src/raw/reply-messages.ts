import type { Inbox, JsonValue } from '../inbox.js';
import type { StreamEvent } from './event-stream-reader.js';
import type { Endpoint } from './http-endpoint.js';
import type { HttpReply } from './http-reply.js';
import { hasAnswer, isAnswer, isObject, isValid, parseJson } from './posted-message.js';

/** The messages in the replies to one client of Streamable HTTP: they go into its inbox, and what did not come is known by its id. */
export class ReplyMessages {
  readonly #inbox: Inbox;
  readonly #toolHeaders: Endpoint['toolHeaders'];
  readonly #unanswered = new Map<JsonValue, string>();
  /** Ids of requests that were given up. */
  readonly cancelled: Set<JsonValue> = new Set();

  constructor(inbox: Inbox, toolHeaders: Endpoint['toolHeaders']) {
    this.#inbox = inbox;
    this.#toolHeaders = toolHeaders;
  }

  /** Why no response to this request will come; undefined while one may. */
  unanswered(id: JsonValue): string | undefined {
    return this.#unanswered.get(id);
  }

  /** An event of a stream; one without data, or with none in it, carries no message. */
  readonly takeEvent = ({ data }: StreamEvent, reply: HttpReply): void => {
    if (data === undefined || data === '') return;
    this.#takeText(Buffer.from(data), parseJson(data), reply);
  };

  /** A reply that was no stream: one JSON value, or a refusal. */
  takeBody(reply: HttpReply, message: JsonValue | undefined, ids: readonly JsonValue[]): void {
    const { body, status } = reply;
    const isJson = reply.mediaType === 'application/json';
    if (isJson && body.length > 0) {
      const value = reply.json();
      // A refusal of the POST as such names no request, and is not the answer to any: each check that sends none looks at its own.
      const isRefusal = status >= 300 && message !== undefined && isValid(message) && !ids.some((id) => hasAnswer(value, id));
      if (!isRefusal) this.#takeText(body, value, reply);
    }
    this.noteUnanswered(ids, reply.problem ? reply.problem.message : `its POST got ${reply.describe()}`);
  }

  /** No response will come for those of these requests that have none by now. */
  noteUnanswered(ids: readonly JsonValue[], why: string): void {
    for (const id of ids) if (!this.hasAnswered(id)) this.#unanswered.set(id, why);
    this.#inbox.wake();
  }

  /** Looks whether a message that is sent gives a request up. */
  noteCancelled(message: JsonValue | undefined): void {
    if (!isObject(message) || message.method !== 'notifications/cancelled' || !isObject(message.params)) return;
    const { requestId } = message.params;
    if (requestId !== undefined) this.cancelled.add(requestId);
  }

  /** Whether the response to this request has come. */
  hasAnswered(id: JsonValue): boolean {
    return this.#inbox.messages.some(({ message }) => isAnswer(message, id));
  }

  #takeText(bytes: Uint8Array, value: JsonValue | undefined, channel: HttpReply): void {
    if (!isUtf8(bytes)) this.#inbox.addFault({ kind: 'not-utf8', why: 'is not UTF-8', text: head(bytes) });
    else if (value === undefined) this.#inbox.addFault({ kind: 'not-json', why: 'is not JSON', text: head(bytes) });
    else {
      this.#toolHeaders.note(value);
      this.#inbox.add(value, channel);
    }
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function isUtf8(bytes: Uint8Array): boolean {
  try {
    utf8.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

function head(bytes: Uint8Array): string {
  return Buffer.from(bytes.subarray(0, 300)).toString('latin1');
}
