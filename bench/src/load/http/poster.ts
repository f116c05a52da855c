import { type Dispatcher, Pool } from 'undici';

/** What came back for one POST. */
export interface Reply {
  readonly status: number;
  readonly type: string;
  readonly sessionId: string | undefined;
  readonly body: string;
}

/** Posts to one URL over connections that stay open: the shortest way from a string to a reply, over undici's dispatcher. */
export interface Poster {
  post(headers: Record<string, string>, body: string, settle: (error: Error | undefined, reply?: Reply) => void): void;
  close(): Promise<void>;
}

/** What TLS, HTTP/2 and their like need of undici's pool, and who hears of each connection that is made. */
export interface PosterOptions extends Pool.Options {
  readonly onconnect?: () => void;
}

/**
 * `connections` is how many are opened, and so how many requests are under way at once; the others wait. With `socketPath` they go over
 * that Unix socket, whatever the URL's host.
 */
export function createPoster(url: string, connections: number, socketPath?: string, more: PosterOptions = {}): Poster {
  const { origin, pathname, search } = new URL(url);
  const pool = new Pool(origin, {
    connections,
    pipelining: 1,
    bodyTimeout: 0,
    headersTimeout: 60_000,
    ...(socketPath && { socketPath }),
    ...more,
  });
  pool.on('connect', () => more.onconnect?.());
  return {
    post: (headers, body, settle) =>
      void pool.dispatch({ path: pathname + search, method: 'POST', headers, body }, new ReplyHandler(settle)),
    close: () => pool.destroy(),
  };
}

type Settle = Parameters<Poster['post']>[2];

class ReplyHandler implements Dispatcher.DispatchHandler {
  readonly #settle: Settle;
  #status = 0;
  #type = '';
  #sessionId: string | undefined;
  #body = '';

  constructor(settle: Settle) {
    this.#settle = settle;
  }

  onRequestStart(): void {}

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: Record<string, string | string[] | undefined>): void {
    this.#status = status;
    this.#type = String(headers['content-type'] ?? '');
    this.#sessionId = headers['mcp-session-id'] as string | undefined;
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    // The load is ASCII, so no character lies across two chunks.
    this.#body += chunk.toString('latin1');
  }

  onResponseEnd(): void {
    this.#settle(undefined, { status: this.#status, type: this.#type, sessionId: this.#sessionId, body: this.#body });
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#settle(error);
  }
}

/** Posts a message and waits for the reply. */
export function ask(poster: Poster, headers: Record<string, string>, message: object): Promise<Reply> {
  return new Promise((resolve, reject) => {
    poster.post(headers, JSON.stringify(message), (error, reply) => (reply === undefined ? reject(error) : resolve(reply)));
  });
}

/** An error that says what status came instead of the expected one. */
export function toStatusError({ status, body }: Pick<Reply, 'status' | 'body'>): Error {
  return new Error(`the server answered with status ${status}: ${body.slice(0, 200)}`);
}
