/** `fetch`, as far as a client uses it. */
export type FetchLike = (url: string | URL, init?: RequestInit) => Promise<Response>;

/** What a user wants of every request. */
export interface UserFetchOptions {
  /** Sends every request. */
  fetch?: FetchLike | undefined;
  requestInit?: RequestInit | undefined;
}

/** Members of `requestInit` that take no `fetch`, because a client sees to them itself. */
const HANDLED: readonly string[] = ['headers', 'method', 'body', 'signal', 'redirect'];

/** Whether the user wants what only `fetch` can do: one of their own, or cookies. */
export function needsFetch({ fetch: own, requestInit }: UserFetchOptions): boolean {
  return own !== undefined || Object.keys(requestInit ?? {}).some((member) => !HANDLED.includes(member));
}

/** The user's `fetch`, or the runtime's, with what of `requestInit` only that can do. */
export function createUserFetch({ fetch: own, requestInit }: UserFetchOptions): FetchLike {
  const more = Object.fromEntries(Object.entries(requestInit ?? {}).filter(([member]) => !HANDLED.includes(member)));
  const send = orRuntime(own);
  return (url, init) => send(url, { ...more, ...init });
}

/** What an authorization flow sends its requests with: the user's headers stay with the server they are meant for. */
export function createAuthorizationFetch({ fetch: own, requestInit }: UserFetchOptions, serverUrl: string | URL): FetchLike {
  const { headers: mine, method: _method, body: _body, signal: _signal, ...more } = requestInit ?? {};
  const send = orRuntime(own);
  const { origin } = new URL(serverUrl);
  return (url, init) => {
    if (!mine || new URL(url).origin !== origin) return send(url, { ...more, ...init });
    const headers = new Headers(mine);
    new Headers(init?.headers).forEach((value, name) => {
      headers.set(name, value);
    });
    return send(url, { ...more, ...init, headers });
  };
}

function orRuntime(own: FetchLike | undefined): FetchLike {
  // As it is when the request is made: what instruments `fetch` does so late.
  return own ?? ((url, init) => fetch(url, init));
}
