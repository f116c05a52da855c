import type { HttpBody } from '../body.js';
import type { BodySink } from '../body-sink.js';
import { HttpError } from '../http-error.js';
import { type HttpHandler, type HttpRequest, type HttpResponse, toUrl } from '../message.js';
import type { FetchRequestExtras } from './web-handler.js';

/**
 * Lets a handler of `Request` and `Response`, such as one of a web framework or of the official SDK, serve behind any
 * adapter of this package. Bodies stream both ways, with back-pressure. The absolute URL is made of Host; guard it first.
 *
 * Beside the request it is given what is known of it, in the shape that `toFetchHandler` takes. A handler that looks at `parsedBody`,
 * as the SDK's does, does not read the body again; for any other, a body that somebody in front has read is written anew.
 */
export function fromFetchHandler(
  fetchHandler: (request: Request, extras: FetchRequestExtras) => Response | Promise<Response>,
): HttpHandler {
  return async (request) => {
    const { remoteAddress, parsedBody, principal } = request;
    return toHttpResponse(await fetchHandler(toRequest(request), { remoteAddress, parsedBody, principal }));
  };
}

function toRequest(request: HttpRequest): Request {
  const { native, parsedBody } = request;
  if (native instanceof Request) {
    if (parsedBody === undefined) return native;
    const headers = new Headers(native.headers);
    headers.delete('content-length');
    return new Request(native, { headers, body: toJsonStream(parsedBody), duplex: 'half' } as RequestInit);
  }
  const headers = new Headers();
  for (const name in request.headers) {
    const value = request.headers[name];
    if (value !== undefined && !hopByHop.has(name)) headers.set(name, value);
  }
  // Written anew, it may be shorter or longer.
  if (parsedBody !== undefined) headers.delete('content-length');
  const { method, signal } = request;
  if (method === 'TRACE' || method === 'TRACK' || method === 'CONNECT')
    throw new HttpError('refused', 501, `${method} is not implemented.`);
  const bodiless = method === 'GET' || method === 'HEAD';
  const body = bodiless ? null : parsedBody === undefined ? toStream(request.body) : toJsonStream(parsedBody);
  // `duplex` is what Node asks for with a body that streams; lib.dom does not know it.
  return new Request(toUrl(request), { method, headers, signal, body, duplex: 'half' } as RequestInit);
}

const hopByHop = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade', 'expect']);

function toStream(body: HttpBody): ReadableStream<Uint8Array> {
  let flow: ReturnType<HttpBody['read']> | undefined;
  return new ReadableStream(
    {
      pull(controller) {
        if (flow) {
          flow.resume();
          return;
        }
        flow = body.read({
          onchunk(chunk) {
            controller.enqueue(chunk);
            if ((controller.desiredSize ?? 0) <= 0) flow?.pause();
          },
          onend: () => controller.close(),
          onerror: (error) => controller.error(error),
        });
      },
      cancel: () => flow?.cancel(),
    },
    { highWaterMark: 0 },
  );
}

/** Writes the value once somebody reads: who has it already does not pay for the text. */
function toJsonStream(value: unknown): ReadableStream<Uint8Array> {
  return new ReadableStream(
    {
      pull(controller) {
        controller.enqueue(new TextEncoder().encode(JSON.stringify(value)));
        controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}

function toHttpResponse(response: Response): HttpResponse {
  const { status, body } = response;
  const headers: Record<string, string | string[]> = Object.fromEntries(response.headers);
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) headers['set-cookie'] = cookies;
  return body ? { status, headers, body: (sink) => pump(body, sink) } : { status, headers };
}

async function pump(body: ReadableStream<Uint8Array>, sink: BodySink): Promise<void> {
  const reader = body.getReader();
  // A read may be waiting for long when the client goes: it has to hear of it then, and not with its next chunk.
  sink.onclose = () => void reader.cancel().catch(() => {});
  for (;;) {
    const { done, value } = await reader.read();
    if (done || sink.isClosed) return;
    if (!sink.write(value)) await sink.drained();
  }
}
