import { type Stream, StreamRefused } from './stream.js';
import type { Streams } from './streams.js';

/**
 * The stream for what the server says by itself (legacy revisions): opened after the handshake, kept up while the server has one. When its
 * budget of attempts is used up it rests, and is tried again after the next message that the server takes.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#listening-for-messages-from-the-server
 */
export class Listening {
  readonly #streams: Streams;
  #stream: Stream | undefined;
  #isResting = false;

  constructor(streams: Streams) {
    this.#streams = streams;
  }

  /**
   * Asks for the stream, unless there is one. Resolves when it is open, or when the server has none (405).
   * @throws TransportError when it cannot be had at all; what may pass is tried again by itself, and told to `onerror`
   */
  async open(sessionId: string | undefined): Promise<void> {
    this.#isResting = false;
    if (this.#stream && !this.#stream.isOver) return;
    const stream = this.#streams.create({ awaited: undefined, isResumable: true, sessionId, options: {} });
    this.#stream = stream;
    try {
      await stream.open();
    } catch (error) {
      if (error instanceof StreamRefused || stream.isOver) {
        stream.end();
        throw error instanceof StreamRefused ? error.cause : error;
      }
      this.#streams.report(error as Error);
      stream.reconnect(error as Error);
    }
  }

  /** Whether it waits for a sign that the server is there again. */
  get isResting(): boolean {
    return this.#isResting;
  }

  /** A stream was given up. @returns whether it was this one */
  rest(stream: Stream): boolean {
    if (stream !== this.#stream) return false;
    this.#isResting = true;
    return true;
  }

  close(): void {
    this.#stream?.end();
    this.#stream = undefined;
    this.#isResting = false;
  }
}
