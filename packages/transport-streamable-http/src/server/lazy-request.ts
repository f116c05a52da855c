import { type HttpRequest, toUrl } from '@mcpwire/http';

/**
 * A web `Request` for an `HttpRequest`, without its body, which has been read. Each part is made when it is first asked for: SDK v2 hands
 * the request to every handler, hardly any looks at it, and a real one takes as long as everything else that is done for a message.
 *
 * It is `instanceof Request`. Only what looks inside, such as `fetch`, needs a `clone()` of it, which is a real one.
 */
class LazyRequest {
  readonly #http: HttpRequest;
  #headers: Headers | undefined;
  #real: Request | undefined;

  constructor(http: HttpRequest) {
    this.#http = http;
  }

  get method(): string {
    return this.#http.method;
  }

  get url(): string {
    return toSafeUrl(this.#http).href;
  }

  get headers(): Headers {
    this.#headers ??= toHeaders(this.#http);
    return this.#headers;
  }

  /** Aborts when the client is gone before it has its answer. */
  get signal(): AbortSignal {
    return this.#http.signal;
  }

  clone(): Request {
    return this.real.clone();
  }

  /** @internal for what is seldom asked for */
  get real(): Request {
    this.#real ??= new Request(this.url, { method: this.method, headers: this.headers, signal: this.signal });
    return this.#real;
  }
}

let linked = false;

/**
 * Gives `LazyRequest` what else a `Request` has. Not before one is wanted: Node loads its whole `fetch` when the global is first looked at,
 * which takes longer than to import a server.
 */
function link(): void {
  linked = true;
  for (const name of Object.getOwnPropertyNames(Request.prototype)) {
    if (name in LazyRequest.prototype) continue;
    Object.defineProperty(LazyRequest.prototype, name, {
      configurable: true,
      get(this: LazyRequest): unknown {
        const { real } = this;
        const value: unknown = Reflect.get(real, name);
        return typeof value === 'function' ? value.bind(real) : value;
      },
    });
  }
  Object.setPrototypeOf(LazyRequest.prototype, Request.prototype);
}

/** The runtime's own `Request`, where it has one, and a lazy one elsewhere. */
export function toWebRequest(http: HttpRequest): Request {
  const { native } = http;
  if (typeof Request === 'function') {
    if (native instanceof Request) return native;
    if (!linked) link();
  }
  return new LazyRequest(http) as unknown as Request;
}

/** The URL that was asked for. A Host that no guard has looked at may be anything: then `localhost` stands in its place. */
export function toSafeUrl(http: HttpRequest): URL {
  try {
    return toUrl(http);
  } catch {
    return new URL('http://localhost/');
  }
}

function toHeaders(http: HttpRequest): Headers {
  const headers = new Headers();
  for (const name in http.headers) {
    const value = http.headers[name];
    // HTTP/2 has fields of its own.
    if (value !== undefined && !name.startsWith(':')) headers.set(name, value);
  }
  return headers;
}
