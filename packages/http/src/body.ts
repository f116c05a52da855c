/** Takes a body as it comes. Exactly one of `onend` and `onerror` is called, last. */
export interface BodyConsumer {
  /** The chunk is the consumer's to keep. */
  onchunk(chunk: Uint8Array): void;
  onend(): void;
  /** The body ended before it was whole: the other side is gone, or broke the rules. */
  onerror(error: Error): void;
}

/** Steers a body that is being read. */
export interface BodyFlow {
  /** Asks for no more chunks for now; the sender is held back. One that was already under way may still come. */
  pause(): void;
  /** Asks for more. Chunks may come before it returns. */
  resume(): void;
  /** Wants nothing more, ever: neither `onend` nor `onerror` is called any more. */
  cancel(): void;
}

/** A body on its way in: a request's on the server, a response's on the client. It can be read once. */
export interface HttpBody {
  /** What Content-Length promises; undefined where it is not sent. */
  readonly lengthBytes: number | undefined;
  /**
   * Pushes every chunk into `consumer`, on the tick it arrives, and never before this returns.
   * @throws HttpError `body-used` when it has been read before.
   */
  read(consumer: BodyConsumer): BodyFlow;
  /** Gives it up, whether somebody reads it or nobody has. */
  cancel(): void;
}

/** So much may wait for whoever iterates; then the sender is held back. */
const ITERATION_BYTES = 64 * 1024;

/**
 * A body's chunks for `for await`. Leaving the loop early gives the rest up.
 * @throws what the body broke off with
 */
export async function* chunksOf(body: HttpBody): AsyncGenerator<Uint8Array, void, undefined> {
  const waiting: Uint8Array[] = [];
  let bytes = 0;
  let ending: { error?: Error } | undefined;
  let wake = (): void => {};
  const flow = body.read({
    onchunk(chunk) {
      waiting.push(chunk);
      bytes += chunk.byteLength;
      if (bytes >= ITERATION_BYTES) flow.pause();
      wake();
    },
    onend() {
      ending = {};
      wake();
    },
    onerror(error) {
      ending = { error };
      wake();
    },
  });
  try {
    for (;;) {
      const chunk = waiting.shift();
      if (chunk) {
        bytes -= chunk.byteLength;
        yield chunk;
      } else if (ending) {
        if (ending.error) throw ending.error;
        return;
      } else {
        const woken = new Promise<void>((resolve) => {
          wake = resolve;
        });
        flow.resume();
        await woken;
      }
    }
  } finally {
    flow.cancel();
  }
}
