import type { Revision } from '@mcpwire/protocol';
import type { JsonObject, JsonValue } from '../inbox.js';
import { isObject } from './observation.js';

/** What a scene may do beyond messages, over HTTP. */
export interface HttpMeans {
  /** Where the raw server listens: `http://127.0.0.1:1234`. */
  readonly origin: string;
  /** Answers the POST with a status and a body, and nothing else. */
  status(code: number, body?: JsonObject, headers?: Readonly<Record<string, string>>): void;
  /** Writes text into the answer's event stream, as it is; opens it first. */
  write(text: string): void;
  /** Ends the event stream, with or without an answer in it. */
  endStream(): void;
  /** Uses an event stream (true) or JSON (false) for this answer. */
  asStream(stream: boolean): void;
  /** Adds a header to the answer, its name as it is given. */
  header(name: string, value: string): void;
}

/** What a scene may do beyond messages, over stdio. */
export interface StdioMeans {
  stderr(text: string): void;
  exit(code: number): void;
}

/** One message of the client, and the ways to answer it. */
export interface Exchange {
  readonly message: JsonObject;
  readonly method: string;
  readonly params: JsonObject;
  readonly revision: Revision;
  readonly http: HttpMeans | undefined;
  readonly stdio: StdioMeans | undefined;
  /** Sends something before the answer: on the line, on the stream of this request. */
  send(message: JsonObject): void;
  /** Sends what is no single message. */
  sendValue(value: JsonValue): void;
  result(result: JsonObject): void;
  error(code: number, message: string, data?: JsonValue): void;
  /** The answer that a right server gives. */
  answer(): void;
}

/** What a transport gives to answer one message. */
export interface Channel {
  readonly http: HttpMeans | undefined;
  readonly stdio: StdioMeans | undefined;
  send(value: JsonValue): void;
  /** Sends what settles the message. */
  end(value: JsonValue): void;
}

export function createExchange(message: JsonObject, revision: Revision, channel: Channel, answer: (exchange: Exchange) => void): Exchange {
  const id = message.id ?? null;
  const exchange: Exchange = {
    message,
    method: typeof message.method === 'string' ? message.method : '',
    params: isObject(message.params) ? message.params : {},
    revision,
    http: channel.http,
    stdio: channel.stdio,
    send: (value) => channel.send(value),
    sendValue: (value) => channel.end(value),
    result: (result) => channel.end({ jsonrpc: '2.0', id, result }),
    error: (code, text, data) => channel.end({ jsonrpc: '2.0', id, error: { code, message: text, ...(data !== undefined && { data }) } }),
    answer: () => answer(exchange),
  };
  return exchange;
}
