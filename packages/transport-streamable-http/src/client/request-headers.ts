import { HeaderName } from '@mcpwire/protocol';

export type HeaderFields = Readonly<Record<string, string>>;

const JSON_OR_STREAM = 'application/json, text/event-stream';

/** What a caller of `send` may not set: the transport knows it from the connection or from the message, and servers compare. */
const RESERVED: ReadonlySet<string> = new Set([
  'accept',
  'authorization',
  'content-length',
  'content-type',
  'dpop',
  'host',
  HeaderName.LastEventId,
  HeaderName.ProtocolVersion,
  HeaderName.SessionId,
  HeaderName.Method,
  HeaderName.Name,
]);

/** What goes to whichever server a redirect leads to: nothing of the user's, and nothing that opens a session. */
const HARMLESS: ReadonlySet<string> = new Set([
  'accept',
  'content-type',
  HeaderName.LastEventId,
  HeaderName.ProtocolVersion,
  HeaderName.Method,
  HeaderName.Name,
]);

/**
 * The headers of every request. A connection sends the same ones again and again, so they are put together once for each session and
 * revision: a POST costs two comparisons.
 */
export class RequestHeaders {
  /** Those of a POST that belongs to no session: `initialize`, and every modern message without what it says itself. */
  readonly post: HeaderFields;
  readonly #own: HeaderFields;
  readonly #get: HeaderFields;
  #session: HeaderFields | undefined;
  #sessionId: string | undefined;
  #protocolVersion: string | undefined;

  /** @param own the user's, for every request */
  constructor(own: RequestInit['headers'] | undefined) {
    const mine: Record<string, string> = {};
    // A value of null, as some configurations have it, is no header.
    new Headers(own ?? undefined).forEach((value, name) => {
      mine[name] = value;
    });
    const { accept, ...rest } = mine;
    this.#own = rest;
    this.post = { ...rest, accept: withTypes(accept, JSON_OR_STREAM), 'content-type': 'application/json' };
    this.#get = { ...rest, accept: withTypes(accept, 'text/event-stream') };
  }

  /** Those of a POST in a session of a legacy revision, both as far as they are known. */
  inSession(sessionId: string | undefined, protocolVersion: string | undefined): HeaderFields {
    if (this.#session === undefined || this.#sessionId !== sessionId || this.#protocolVersion !== protocolVersion) {
      this.#sessionId = sessionId;
      this.#protocolVersion = protocolVersion;
      this.#session = { ...this.post, ...ofSession(sessionId, protocolVersion) };
    }
    return this.#session;
  }

  /** Those of a GET. */
  stream(sessionId: string | undefined, protocolVersion: string | undefined, lastEventId: string | undefined): HeaderFields {
    return {
      ...this.#get,
      ...ofSession(sessionId, protocolVersion),
      ...(lastEventId !== undefined && { [HeaderName.LastEventId]: lastEventId }),
    };
  }

  /** Those of a DELETE. */
  end(sessionId: string, protocolVersion: string | undefined): HeaderFields {
    return { ...this.#own, ...ofSession(sessionId, protocolVersion) };
  }
}

/** What of `headers` a caller of `send` may add, in lower case. */
export function permitted(headers: HeaderFields): Record<string, string> {
  const permittedOnes: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const field = name.toLowerCase();
    if (!RESERVED.has(field)) permittedOnes[field] = value;
  }
  return permittedOnes;
}

/** What of `headers` may go to another origin. */
export function harmless(headers: HeaderFields): HeaderFields {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => HARMLESS.has(name) || name.startsWith(HeaderName.ParamPrefix)));
}

function ofSession(sessionId: string | undefined, protocolVersion: string | undefined): HeaderFields {
  return {
    ...(sessionId !== undefined && { [HeaderName.SessionId]: sessionId }),
    ...(protocolVersion !== undefined && { [HeaderName.ProtocolVersion]: protocolVersion }),
  };
}

/** The media types that the user accepts, and those that the transport has to. */
function withTypes(accept: string | undefined, types: string): string {
  if (accept === undefined) return types;
  return [...new Set([...accept.split(',').map((type) => type.trim().toLowerCase()), ...types.split(', ')])].join(', ');
}
