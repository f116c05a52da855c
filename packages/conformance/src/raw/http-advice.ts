import type { HttpHead } from './http-response-reader.js';

/** What was asked, and how it was refused. */
export interface Refusal {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly status: number;
  readonly headers: HttpHead['headers'];
  /** Whether the caller gave an Authorization header. */
  readonly authorized: boolean;
}

/** Whether credentials are among the headers that the caller gave. */
export function isAuthorized(headers: Readonly<Record<string, string>>): boolean {
  return Object.keys(headers).some((name) => name.toLowerCase() === 'authorization');
}

/**
 * What is likely to be wrong with how a server is reached that refuses the very first request: a sentence for people. Undefined where a
 * status says nothing of it.
 */
export function adviceOn({ method, url, status, headers, authorized }: Refusal): string | undefined {
  if (status === 401 || status === 403) {
    return authorized
      ? 'It does not take the Authorization header that --header gave it.'
      : "It wants to know who is asking: --header 'Authorization: Bearer TOKEN' says it.";
  }
  if (status >= 300 && status < 400) {
    const { location } = headers;
    const target = location !== undefined && URL.canParse(location, url.href) ? new URL(location, url.href).href : 'elsewhere';
    return `It sends its clients to ${target}: judge that URL.`;
  }
  if (status === 404 || status === 405 || status === 501) {
    const other = method === 'POST' ? 'HTTP+SSE, if it speaks that, is judged with: sse URL' : 'Streamable HTTP is judged with: http URL';
    return `${url.pathname} takes no ${method}: is it the path of the MCP endpoint? ${other}.`;
  }
  return undefined;
}
