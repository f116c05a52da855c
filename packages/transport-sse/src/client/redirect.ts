/** A request is redirected no more often than this. */
export const MAX_REDIRECTS = 5;

export type RedirectPolicy = 'same-origin' | 'follow';

/**
 * Where a redirect leads, if it is one to follow; otherwise undefined. The method is kept: a POST follows 307 and 308 only (RFC 9110,
 * section 15.4).
 */
export function redirectTarget(
  status: number,
  location: string | undefined,
  from: { url: URL; method: string },
  policy: RedirectPolicy,
): URL | undefined {
  const keepsMethod = status === 307 || status === 308 || (from.method === 'GET' && (status === 301 || status === 302 || status === 303));
  if (!keepsMethod || location === undefined || !URL.canParse(location, from.url.href)) return undefined;
  const target = new URL(location, from.url);
  if (target.protocol !== 'http:' && target.protocol !== 'https:') return undefined;
  return policy === 'follow' || isSameOrigin(from.url, target) ? target : undefined;
}

/** The same origin, or the same host by TLS instead of without. */
export function isSameOrigin(from: URL, to: URL): boolean {
  if (from.origin === to.origin) return true;
  return from.protocol === 'http:' && to.protocol === 'https:' && from.hostname === to.hostname && from.port === '' && to.port === '';
}
