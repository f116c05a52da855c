import type { JsonValue } from '../inbox.js';
import type { HttpReply } from './http-reply.js';

/** What differs from the request that would be sent otherwise. */
export interface HttpOptions {
  /** In place of those of the same name, or added. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Names of headers that are left out. */
  readonly omit?: readonly string[] | undefined;
  /** Without the headers that the caller of the suite gave. */
  readonly anonymous?: boolean | undefined;
  /** Path and query; default those of the URL. */
  readonly target?: string | undefined;
  /** Only so many bytes of the body are sent. */
  readonly sendBytes?: number | undefined;
  /** Over a TCP connection of its own. */
  readonly fresh?: boolean | undefined;
  /** How long to wait; default the run's `timeoutMs`. */
  readonly withinMs?: number | undefined;
}

/** What a reply was to, and where its bytes begin. */
export interface LoggedReply {
  readonly reply: HttpReply;
  readonly method: 'POST' | 'GET' | 'DELETE' | string;
  /** Ids of the requests in the POST. */
  readonly ids: readonly JsonValue[];
  /** Whether what was posted was valid messages, none of them requests. */
  readonly isNotification: boolean;
  /** The session that it was sent in. */
  readonly sessionId: string | undefined;
  /** The revision that had been agreed on; undefined before the end of the handshake. */
  readonly agreed: string | undefined;
  /** The event that it resumes after. */
  readonly lastEventId: string | undefined;
  /** Sent as clients send it, and not by a check that tries something out. */
  readonly usual: boolean;
  /** The transcript's length when its head had come. */
  position: number;
}
