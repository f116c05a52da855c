import {
  DEFAULT_HEADERS_TIMEOUT_MS,
  type HttpClient,
  type HttpClientOptions,
  type HttpClientRequest,
  type HttpClientResponse,
} from '../http-client.js';
import { HttpClientError } from '../http-client-error.js';
import { WebBody } from '../web/web-body.js';
import { SettlingBody } from './settling-body.js';

/** A client over `fetch`: the runtime's, or the caller's. */
export class FetchClient implements HttpClient {
  readonly #fetch: typeof fetch;
  readonly #headersTimeoutMs: number;
  readonly #active = new Set<(error: HttpClientError) => void>();
  #closed = false;

  constructor(options: HttpClientOptions) {
    // As it is when the request is made: what instruments `fetch` does so late, and it must not be called on this object.
    this.#fetch = options.fetch ?? ((input, init) => fetch(input, init));
    this.#headersTimeoutMs = options.headersTimeoutMs ?? DEFAULT_HEADERS_TIMEOUT_MS;
  }

  async request(request: HttpClientRequest): Promise<HttpClientResponse> {
    const { url, method = 'GET', headers, body, signal, headersTimeoutMs = this.#headersTimeoutMs } = request;
    const what = `${method} ${String(url)} failed`;
    if (this.#closed) throw new HttpClientError('closed', 'This client is closed.');
    if (signal?.aborted) throw aborted(signal);

    // Its signal is for `fetch`; but one that is the caller's own may not listen, so whatever ends the request ends it here too.
    const controller = new AbortController();
    let source: WebBody | undefined;
    let rejectEarly = (_error: HttpClientError): void => {};
    const giveUp = (error: HttpClientError): void => {
      controller.abort(error);
      settle();
      if (source) source.fail(error);
      else rejectEarly(error);
    };
    const onabort = (): void => giveUp(aborted(signal as AbortSignal));
    const timer = headersTimeoutMs > 0 ? setTimeout(() => giveUp(headersTimeout(headersTimeoutMs)), headersTimeoutMs) : undefined;
    const settle = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onabort);
      this.#active.delete(giveUp);
    };
    signal?.addEventListener('abort', onabort, { once: true });
    this.#active.add(giveUp);

    const fetchRequest = this.#fetch;
    const init = {
      method,
      redirect: 'manual',
      signal: controller.signal,
      ...(headers && { headers }),
      ...(body !== undefined && { body }),
    };
    try {
      const response = await new Promise<Response>((resolve, reject) => {
        rejectEarly = reject;
        fetchRequest(url, init as RequestInit).then(resolve, reject);
      });
      clearTimeout(timer);
      if (response.type === 'opaqueredirect') {
        throw new HttpClientError(
          'redirect-hidden',
          `${what}: it was redirected, and a browser does not show where to. Use the final URL.`,
        );
      }
      const plain = toPlainHeaders(response.headers);
      // Decoded by the runtime, a body is no longer as long as its header says.
      const length = plain['content-encoding'] === undefined ? plain['content-length'] : undefined;
      source = new WebBody(response.body, length, (cause) => HttpClientError.from(cause, what));
      return { status: response.status, headers: plain, body: new SettlingBody(source, settle) };
    } catch (error) {
      settle();
      throw HttpClientError.from(error, what);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const giveUp of [...this.#active]) giveUp(new HttpClientError('closed', 'The client was closed.'));
  }
}

export function aborted(signal: AbortSignal): HttpClientError {
  return new HttpClientError('aborted', 'The request was aborted.', { cause: signal.reason });
}

export function headersTimeout(limitMs: number): HttpClientError {
  return new HttpClientError('headers-timeout', `No response came within headersTimeoutMs, ${limitMs} ms.`);
}

function toPlainHeaders(headers: Headers): Record<string, string> {
  const plain: Record<string, string> = {};
  // Only Set-Cookie comes several times; the others are joined already.
  for (const [name, value] of headers) plain[name] = plain[name] === undefined ? value : `${plain[name]}, ${value}`;
  return plain;
}
