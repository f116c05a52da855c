/** So many redirects are followed for one request. */
export const MAX_REDIRECTS = 5;

/** Where a redirect leads: a URL to send the same request to, or why it is not followed. */
export type Redirect = { readonly to: URL; readonly isSameOrigin: boolean } | { readonly refusal: string };

/**
 * Understands a redirect (RFC 9110, section 15.4).
 * @param policy `same-origin` also allows http to https on the default ports: where a server is moved to TLS
 * @returns undefined when the response is none
 */
export function parseRedirect(
  from: string,
  method: string,
  status: number,
  location: string | undefined,
  policy: 'same-origin' | 'follow',
): Redirect | undefined {
  if (location === undefined || ![301, 302, 303, 307, 308].includes(status)) return undefined;
  const origin = new URL(from);
  if (!URL.canParse(location, from)) return { refusal: 'it leads to no URL' };
  const to = new URL(location, from);
  const shown = `${to.origin}${to.pathname}`;
  const isSameOrigin = to.origin === origin.origin;
  if (to.protocol !== 'http:' && to.protocol !== 'https:') return { refusal: 'it leads to no http or https URL' };
  if (to.username !== '' || to.password !== '') return { refusal: 'its URL holds credentials' };
  // What was a POST would become a GET.
  if (method !== 'GET' && status !== 307 && status !== 308) return { refusal: `it changes the method; use ${shown} instead` };
  if (isSameOrigin || isUpgrade(origin, to) || policy === 'follow') return { to, isSameOrigin: isSameOrigin || isUpgrade(origin, to) };
  return { refusal: `it leads to another origin, and redirectPolicy is 'same-origin'; use ${shown} if that is the server` };
}

function isUpgrade(from: URL, to: URL): boolean {
  return from.protocol === 'http:' && to.protocol === 'https:' && from.hostname === to.hostname && from.port === '' && to.port === '';
}
