import type { IncomingHttpHeaders } from 'node:http';
import type { Revision } from '@mcpwire/protocol';
import type { TransportKind } from '../connection.js';
import type { Fault, JsonObject, JsonValue } from '../inbox.js';
import type { Redactor } from '../redact.js';
import { Transcript } from '../transcript.js';
import type { Evidence } from '../verdict.js';

/** One HTTP request of the client. Times are those of `performance.now()`. */
export interface HttpSeen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly at: number;
  readonly position: number;
  /** When its answer was complete. */
  answeredAt?: number;
  /** When the client gave up before that. */
  abandonedAt?: number;
}

/** One message that came from the client. */
export interface Heard {
  readonly message: JsonObject;
  readonly at: number;
  readonly position: number;
  readonly inBatch: boolean;
  /** Which of the servers that the client started heard it, from 0; over HTTP always 0. */
  readonly link: number;
  readonly http?: HttpSeen;
}

/** One message that the raw server sent. */
export interface Told {
  readonly message: JsonValue;
  readonly at: number;
  readonly position: number;
}

/** One raw server that the client started over stdio. */
export interface Link {
  readonly startedAt: number;
  /** When its stdin ended. */
  endedAt?: number;
  readonly signals: { readonly name: string; readonly at: number }[];
  /** When it was gone, and whether somebody killed it: it would have said goodbye. */
  gone?: { readonly at: number; readonly killed: boolean };
}

/** No scene needs a tenth of it. */
const MAX_SEEN = 2_000;

/** All that was seen of one run of the client, in one scene. */
export class Observation {
  readonly scene: string;
  readonly transport: TransportKind;
  readonly revision: Revision;
  readonly transcript: Transcript;
  readonly heard: Heard[] = [];
  readonly told: Told[] = [];
  readonly requests: HttpSeen[] = [];
  /** What came and was no message. */
  readonly faults: Fault[] = [];
  /** Arrays that came. */
  readonly batches: { readonly value: JsonValue[]; readonly position: number }[] = [];
  readonly links: Link[] = [];
  /** How the client ended by itself; undefined if it had to be ended. */
  exit: { readonly code: number | null; readonly signal: string | null; readonly at: number } | undefined;
  /** Whether a raw server still ran, with its stdin ended or not, when the client was gone. */
  leftRunning = false;
  /** What comes from now on is the suite's own doing: everything is being ended. */
  isOver = false;
  /** The end of what the client wrote. */
  log = '';
  lastActivityAt: number = performance.now();

  constructor(scene: string, transport: TransportKind, revision: Revision, redact: Redactor) {
    this.scene = scene;
    this.transport = transport;
    this.revision = revision;
    this.transcript = new Transcript(redact);
  }

  hear(message: JsonObject, more: { position: number; inBatch: boolean; link: number; http?: HttpSeen }): void {
    this.touch();
    if (this.heard.length < MAX_SEEN) this.heard.push({ message, at: this.lastActivityAt, ...more });
  }

  /** Whether so much came that the client goes round in circles: there is no point in watching it any longer. */
  get isFull(): boolean {
    const { heard, requests, faults, batches, links } = this;
    return heard.length + requests.length + faults.length + batches.length + links.length >= MAX_SEEN;
  }

  tell(message: JsonValue): void {
    this.touch();
    this.told.push({ message, at: this.lastActivityAt, position: this.transcript.length });
  }

  /** Something happened: the client is not idle. */
  touch(): void {
    this.lastActivityAt = performance.now();
  }

  /** The client's requests, or those for one method. */
  asked(method?: string): Heard[] {
    return this.heard.filter(({ message }) => isRequest(message) && (method === undefined || message.method === method));
  }

  /** The client's notifications, or those of one method. */
  notified(method?: string): Heard[] {
    return this.heard.filter(
      ({ message }) => typeof message.method === 'string' && !('id' in message) && (method === undefined || message.method === method),
    );
  }

  /** What looks like a response: it has no method. */
  answered(): Heard[] {
    return this.heard.filter(({ message }) => !('method' in message));
  }

  /** When the answer to the request with this id was sent; undefined if it was not. */
  answerTo(id: JsonValue | undefined): Told | undefined {
    return this.told.find(({ message }) => isObject(message) && !('method' in message) && message.id === id);
  }

  /** Evidence that points at what came. */
  at({ position }: { readonly position?: number | undefined }): Pick<Evidence, 'at'> {
    return position === undefined ? {} : { at: { transcript: this.transcript, position } };
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isRequest(message: JsonObject): boolean {
  return typeof message.method === 'string' && 'id' in message;
}

/** Whether a value can be an id, or a progress token: a string or an integer. */
export function isId(value: JsonValue | undefined): boolean {
  return typeof value === 'string' || (typeof value === 'number' && Number.isInteger(value));
}

/** `params._meta` of a message, empty if there is none. */
export function metaOf({ params }: JsonObject): JsonObject {
  const meta = isObject(params) ? params._meta : undefined;
  return isObject(meta) ? meta : {};
}
