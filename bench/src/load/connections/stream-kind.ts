import { initializedNotification, initializeRequest, modernMeta, modernVersion, toPostHeaders } from '../http/protocol.js';

/** The streams that a server can be made to hold: of HTTP+SSE, of a Streamable HTTP session by GET, and of `subscriptions/listen` of 2026-07-28. */
export type StreamKind = 'sse' | 'get' | 'listen';

/** One request on the way to an open stream, and what its answer is known by. */
export interface Step {
  /** `before` is all that has come on this connection. */
  readonly write: (host: string, path: string, before: string) => string;
  readonly until: string;
}

const listenRequest = {
  jsonrpc: '2.0',
  id: 'listen',
  method: 'subscriptions/listen',
  params: { _meta: modernMeta, notifications: { toolsListChanged: true } },
};
const listenHeaders = {
  accept: 'application/json, text/event-stream',
  'content-type': 'application/json',
  'mcp-protocol-version': modernVersion,
  'mcp-method': 'subscriptions/listen',
};
const acceptStream = { accept: 'text/event-stream' };
const json = 'application/json, text/event-stream';

/** What is written, one after the other on one connection, for one stream to be open. */
export const stepsOf: Readonly<Record<StreamKind, readonly Step[]>> = {
  sse: [{ write: (host, path) => toHead('GET', host, path, acceptStream), until: 'event: endpoint' }],
  get: [
    { write: (host, path) => toHead('POST', host, path, toPostHeaders(json, undefined), initializeRequest), until: '"serverInfo"' },
    {
      write: (host, path, before) => toHead('POST', host, path, toPostHeaders(json, sessionIdOf(before)), initializedNotification),
      until: ' 202 ',
    },
    { write: (host, path, before) => toHead('GET', host, path, toPostHeaders('text/event-stream', sessionIdOf(before))), until: ' 200 ' },
  ],
  listen: [
    {
      write: (host, path) => toHead('POST', host, path, listenHeaders, listenRequest),
      until: 'notifications/subscriptions/acknowledged',
    },
  ],
};

/** @throws Error when the server has opened no session. */
function sessionIdOf(head: string): string {
  const id = /^mcp-session-id: *(\S+)/im.exec(head)?.[1];
  if (id === undefined) throw new Error('the server opened no session, so there is no stream to hold');
  return id;
}

function toHead(method: string, host: string, path: string, headers: Readonly<Record<string, string>>, message?: object): string {
  const body = message === undefined ? '' : JSON.stringify(message);
  const lines = [`${method} ${path} HTTP/1.1`, `host: ${host}`];
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  if (body !== '') lines.push(`content-length: ${Buffer.byteLength(body)}`);
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}
