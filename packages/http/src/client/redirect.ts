import type { HttpClient, HttpClientRequest, HttpClientResponse } from '../http-client.js';
import { discardBody } from '../read-response.js';

/** So many redirects are followed for one request. */
const MAX_REDIRECTS = 5;

/**
 * Which redirects are followed, of those that keep the method: `same-origin` also allows http to https on the default ports, where a
 * server is moved to TLS; `follow` goes anywhere.
 */
export type RedirectPolicy = 'same-origin' | 'follow' | 'none';

/** Where a redirect leads: a URL to send the same request to, or why it is not followed. */
export type Redirect = { readonly to: URL; readonly isSameOrigin: boolean } | { readonly refusal: string };

/** A response, and the URL that gave it. */
export interface Redirected {
  readonly response: HttpClientResponse;
  readonly url: string;
}

/** The option `redirectPolicy`, and `requestInit.redirect`, which forbids redirects by `error` and `manual`. */
export function toRedirectPolicy(option: 'same-origin' | 'follow' | undefined, requestInit: RequestInit | undefined): RedirectPolicy {
  const redirect = requestInit?.redirect;
  return redirect === 'error' || redirect === 'manual' ? 'none' : (option ?? 'same-origin');
}

/**
 * Understands a redirect (RFC 9110, section 15.4).
 * @returns undefined when the response is none
 */
export function parseRedirect(
  from: string | URL,
  method: string,
  { status, headers: { location } }: Pick<HttpClientResponse, 'status' | 'headers'>,
  policy: RedirectPolicy,
): Redirect | undefined {
  if (location === undefined || ![301, 302, 303, 307, 308].includes(status)) return undefined;
  if (policy === 'none') return { refusal: 'requestInit.redirect forbids it' };
  const origin = new URL(from);
  if (!URL.canParse(location, origin.href)) return { refusal: 'it leads to no URL' };
  const to = new URL(location, origin);
  const shown = `${to.origin}${to.pathname}`;
  if (to.protocol !== 'http:' && to.protocol !== 'https:') return { refusal: 'it leads to no http or https URL' };
  if (to.username !== '' || to.password !== '') return { refusal: 'its URL holds credentials' };
  // What was a POST would become a GET.
  if (method !== 'GET' && status !== 307 && status !== 308) return { refusal: `it changes the method; use ${shown} instead` };
  const isSameOrigin = to.origin === origin.origin || isUpgrade(origin, to);
  if (isSameOrigin || policy === 'follow') return { to, isSameOrigin };
  return { refusal: `it leads to another origin, and redirectPolicy is 'same-origin'; use ${shown} if that is the server` };
}

/**
 * Sends a request again to where its response leads, five times at most.
 *
 * @param toHarmless what of the headers may go to another origin, where nothing secret should
 * @returns the first response that is no redirect, or none that is followed
 * @throws HttpClientError (as a rejection), as the client does
 */
export async function followRedirects(
  client: HttpClient,
  request: HttpClientRequest,
  first: HttpClientResponse,
  policy: RedirectPolicy,
  toHarmless: (headers: Readonly<Record<string, string>>) => Readonly<Record<string, string>>,
): Promise<Redirected> {
  const { method = 'GET' } = request;
  let { url, headers = {} } = request;
  let response = first;
  for (let followed = 0; followed < MAX_REDIRECTS; followed++) {
    const redirect = parseRedirect(url, method, response, policy);
    if (!redirect || 'refusal' in redirect) break;
    await discardBody(response.body);
    if (!redirect.isSameOrigin) headers = toHarmless(headers);
    url = redirect.to.href;
    response = await client.request({ ...request, url, headers });
  }
  return { response, url: String(url) };
}

/** Why a redirect, as `followRedirects` left it, was not followed; undefined for a response that is none. */
export function whyNotFollowed(
  from: string | URL,
  method: string,
  response: Pick<HttpClientResponse, 'status' | 'headers'>,
  policy: RedirectPolicy,
): string | undefined {
  const redirect = parseRedirect(from, method, response, policy);
  if (!redirect) return undefined;
  return `the redirect was not followed, since ${'refusal' in redirect ? redirect.refusal : `there were more than ${MAX_REDIRECTS} redirects`}`;
}

function isUpgrade(from: URL, to: URL): boolean {
  return from.protocol === 'http:' && to.protocol === 'https:' && from.hostname === to.hostname && from.port === '' && to.port === '';
}
