import type { HttpHeaders } from '../message.js';

/** The headers of an HTTP/2 request as those of any other: without what begins with a colon, and with a Host. */
export function fromHttp2Headers(headers: Readonly<Record<string, string | string[] | undefined>>): HttpHeaders {
  const plain: Record<string, string | undefined> = {};
  for (const name in headers) {
    if (name.charCodeAt(0) === 0x3a) continue;
    const value = headers[name];
    plain[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  // RFC 9113 section 8.3.1: `:authority` stands for Host.
  const authority = headers[':authority'];
  if (typeof authority === 'string') plain.host = oneHost(plain.host, authority);
  return plain;
}

/** `GET http://example.com/path`: as a proxy is asked, and any server must understand it (RFC 9112 section 3.2.2). */
export function fromAbsoluteForm(url: string, headers: HttpHeaders): { target: string; headers: HttpHeaders } {
  const match = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(url);
  if (!match) return { target: `/${url}`, headers };
  const rest = url.slice(match[0].length);
  return { target: rest.startsWith('/') ? rest : `/${rest}`, headers: { ...headers, host: oneHost(headers.host, match[1] as string) } };
}

/** Two that differ are nothing that a guard should have to choose from: joined, they are on no list. */
function oneHost(host: string | undefined, authority: string): string {
  return host === undefined || host === authority ? authority : `${host}, ${authority}`;
}
