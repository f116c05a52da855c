import type { HttpRequest, HttpResponse } from '@mcpwire/http';
import { ErrorCode, type Parsed } from '@mcpwire/jsonrpc';
import { refuseInvalid } from '../server/refusal.js';

/** Messages that may wait for an `onmessage`, and bytes of them: 1 MiB. Past either, POSTs are left unread and unanswered. */
const MAX_MESSAGES = 1_024;
const MAX_BYTES = 1024 * 1024;
/** POSTs that may be held back; one more is answered with 503. */
const MAX_HELD = 8_192;

/**
 * Counts what waits for a session's `onmessage`, and holds back the POSTs that come when that is enough: then whoever sends waits, as it
 * would on any other transport. Costs nothing while somebody listens.
 */
export class Inbox {
  #isWaiting = false;
  #messages = 0;
  #bytes = 0;
  #held: Set<() => void> | undefined;

  /** Messages begin to wait, or none does any more. */
  setWaiting(isWaiting: boolean): void {
    this.#isWaiting = isWaiting;
    this.#messages = 0;
    this.#bytes = 0;
    if (!isWaiting) this.release();
  }

  /** What a POST brought was handed over, or waits now. */
  count(request: HttpRequest, parsed: Parsed): void {
    if (!this.#isWaiting) return;
    this.#messages += Array.isArray(parsed) ? parsed.length : 1;
    // A body that came in chunks did not say how long it is, and only a session that nobody listens to has to measure it.
    this.#bytes += request.body.lengthBytes ?? JSON.stringify(parsed).length;
  }

  /** As much waits as may. */
  get isFull(): boolean {
    return this.#messages >= MAX_MESSAGES || this.#bytes >= MAX_BYTES;
  }

  /**
   * Holds a POST back.
   * @returns a promise that resolves when there is room, when the session has ended, or with the answer to a POST that is not taken: its
   *   client is gone, or too many are held back
   */
  hold(request: HttpRequest): Promise<HttpResponse | undefined> {
    this.#held ??= new Set();
    const held = this.#held;
    if (held.size >= MAX_HELD) return Promise.resolve(overfull());
    if (request.isClosed) return Promise.resolve(GONE);
    return new Promise((resolve) => {
      const release = (): void => {
        held.delete(release);
        request.onclose = undefined;
        resolve(request.isClosed ? GONE : undefined);
      };
      held.add(release);
      request.onclose = release;
    });
  }

  /** Lets all go on that are held back. */
  release(): void {
    const held = this.#held;
    this.#held = undefined;
    if (held) for (const release of held) release();
  }
}

/** Nobody reads it. */
const GONE: HttpResponse = { status: 503 };

function overfull(): HttpResponse {
  return refuseInvalid(503, `The server is not ready, and ${MAX_HELD} requests of this session wait for it.`, {
    code: ErrorCode.InternalError,
    headers: { 'retry-after': '1' },
  });
}
