import type { Inbox, JsonObject, JsonValue } from './inbox.js';
import type { SentLog } from './sent-log.js';
import type { Transcript } from './transcript.js';

/** The transports that the suite judges servers over. */
export type TransportKind = 'stdio' | 'streamable-http' | 'sse';

/**
 * One raw connection to the server under test, whatever the medium: a process over stdio; over HTTP, one client's requests. It frames
 * what is sent and reads what comes, strictly, and corrects nothing. Each transport has its own kind with more in it.
 */
export interface Connection {
  readonly transport: TransportKind;
  readonly inbox: Inbox;
  readonly transcript: Transcript;
  readonly sent: SentLog;
  /** The end of what the server logged, where that can be seen. */
  readonly log?: string;
  /** Where the server did not answer: what is likely to be wrong with how it was started or reached, in a sentence. */
  readonly advice?: string | undefined;
  /** What `initialize` said that the client can do; undefined before it, and where there is none. */
  declared?: JsonObject;
  /** What the handshake agreed on; for transports that repeat it (headers). */
  agreed?(revision: string): void;
  /**
   * Why no answer to the request with this id can come any more, as the end of a sentence: 'its POST got status 500'. Undefined while one
   * can, and where only time shows. Whatever changes it wakes the inbox.
   */
  unanswered?(id: JsonValue): string | undefined;
  /** Sends one JSON value as one message. Resolves when it is on its way; what comes back goes into the inbox. */
  send(message: JsonValue): Promise<void>;
  /** Sends these bytes as the content of one message, valid or not: a line, a body. */
  sendText(content: string | Uint8Array): Promise<void>;
  /** Ends it, and everything that it started. Never rejects. */
  close(): Promise<void>;
}
