import { DEFAULT_SESSION_ID_PARAM } from './defaults.js';

/** Makes of a session's id what its `endpoint` event says. */
export type ToEndpoint = (sessionId: string) => string;

/**
 * Endpoint URLs for `base`, which stays what it is: a path, a relative reference, or an absolute URL with its origin. The session's
 * id is added to its query, in place of a parameter of that name.
 *
 * @throws TypeError for what can't stand in a URL: an empty text, spaces at its ends, control characters
 */
export function createToEndpoint(base: string, sessionIdParam: string = DEFAULT_SESSION_ID_PARAM): ToEndpoint {
  if (base === '' || base.trim() !== base || /[\p{Cc}\p{Cs}]/u.test(base)) {
    throw new TypeError(`${JSON.stringify(base)} is no endpoint: write a path such as /messages, or a URL.`);
  }
  if (!/^[\w.~-]+$/.test(sessionIdParam)) {
    throw new TypeError(`${JSON.stringify(sessionIdParam)} is no name for a query parameter: use letters, digits and _ . ~ -`);
  }
  const hash = base.indexOf('#');
  const fragment = hash < 0 ? '' : base.slice(hash);
  const withoutFragment = hash < 0 ? base : base.slice(0, hash);
  const mark = withoutFragment.indexOf('?');
  const path = mark < 0 ? withoutFragment : withoutFragment.slice(0, mark);
  const others = mark < 0 ? [] : withoutFragment.slice(mark + 1).split('&');
  const query = others.filter((field) => field !== '' && field !== sessionIdParam && !field.startsWith(`${sessionIdParam}=`));
  const before = encodeRest(`${path}?${[...query, `${sessionIdParam}=`].join('&')}`);
  const after = encodeRest(fragment);
  return (sessionId) => before + encodeURIComponent(sessionId) + after;
}

/** What a URL can't hold as it is: an event's data must be one line of text that every client reads alike. */
function encodeRest(text: string): string {
  return text.replace(/[^\x21-\x7e]+/g, encodeURIComponent);
}

/** The value of `param` in a query; undefined without one, or when it is not what an encoder writes. The first one counts. */
export function queryValue(query: string, param: string): string | undefined {
  for (let start = 0; start <= query.length; ) {
    const end = query.indexOf('&', start);
    const stop = end < 0 ? query.length : end;
    if (query.startsWith(param, start) && query[start + param.length] === '=') {
      const value = query.slice(start + param.length + 1, stop);
      if (!value.includes('%')) return value;
      try {
        return decodeURIComponent(value);
      } catch {
        return undefined;
      }
    }
    start = stop + 1;
  }
  return undefined;
}
