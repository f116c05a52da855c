import { isToken } from './field-list.js';
import type { HttpHandler, HttpRequest, HttpResponse, HttpResponseHeaders } from './message.js';
import { createOriginTest, type OriginGuardOptions } from './origin-guard.js';

export interface CrossOriginOptions extends OriginGuardOptions {
  /** Default GET, POST and DELETE. */
  methods?: readonly string[] | undefined;
  /** How long a browser may remember the permission. Default 600 s. */
  maxAgeSeconds?: number | undefined;
}

/**
 * Lets pages of other origins read what `handler` answers (CORS): those that a guard with the same options would let in.
 * Put it outside of the guard, so that a page can read the guard's refusals of its own mistakes too. Cookies are not let in.
 */
export function crossOrigin(handler: HttpHandler, options: CrossOriginOptions = {}): HttpHandler {
  const { methods = ['GET', 'POST', 'DELETE'], maxAgeSeconds = 600 } = options;
  const isAllowed = createOriginTest(options);
  const permit = (origin: string, headers?: HttpResponseHeaders): HttpResponseHeaders => ({
    ...headers,
    'access-control-allow-origin': origin,
    'access-control-expose-headers': '*',
    vary: withOrigin(headers?.vary),
  });
  return async (request) => {
    const { origin } = request.headers;
    if (origin === undefined || !isAllowed(origin)) return handler(request);
    if (request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined) {
      return preflight(request, permit(origin), methods, maxAgeSeconds);
    }
    const response = await handler(request);
    return { status: response.status, headers: permit(origin, response.headers), body: response.body };
  };
}

function preflight(request: HttpRequest, headers: HttpResponseHeaders, methods: readonly string[], maxAgeSeconds: number): HttpResponse {
  const asked = (request.headers['access-control-request-headers'] ?? '').split(',').map((name) => name.trim());
  const names = asked.filter(isToken).join(', ');
  return {
    status: 204,
    headers: {
      ...headers,
      'access-control-allow-methods': methods.join(', '),
      'access-control-max-age': maxAgeSeconds,
      ...(names === '' ? {} : { 'access-control-allow-headers': names }),
    },
  };
}

function withOrigin(vary: string | number | readonly string[] | undefined): string {
  const present = typeof vary === 'object' ? vary.join(', ') : String(vary ?? '');
  return present === '' ? 'origin' : `${present}, origin`;
}
