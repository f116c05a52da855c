/** A value that JSON can say. */
export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject;
export interface JsonObject {
  [key: string]: JsonValue;
}

/** One message that came from the server, as it was: nothing about it has been checked but that it is a JSON object. */
export interface Received {
  readonly message: JsonObject;
  /** Milliseconds of the process's clock (`performance.now()`). */
  readonly at: number;
  /** Whether it came as an element of an array. */
  readonly inBatch: boolean;
  /** The stream that it came on, where a connection has several: between two of them nothing came first. */
  readonly channel: object | undefined;
  /** The length of the connection's transcript when it had come: where to look for its bytes. */
  readonly position: number;
}

/** What came from the server and is no message. */
export interface Fault {
  readonly kind: 'empty' | 'not-utf8' | 'not-json' | 'not-an-object' | 'unterminated' | 'too-long' | 'broken-line';
  /** A sentence's end: 'is not JSON'. */
  readonly why: string;
  /** Its beginning. */
  readonly text: string;
  /** As with `Received`; the inbox puts it in. */
  readonly position?: number;
}

/** Messages of one connection that are kept, and what is no message that is counted, before whoever sends more is cut off. */
const MAX_MESSAGES = 20_000;
const MAX_FAULTS = 10_000;
/** What is no message that is kept. */
const MAX_KEPT_FAULTS = 1_000;

type Waiter = () => void;

/** Everything that came over one connection, in order, and who waits for more. */
export class Inbox {
  readonly messages: Received[] = [];
  readonly faults: Fault[] = [];
  /** Arrays that came: where batches are no messages, each is a breach. */
  readonly batches: { readonly value: JsonValue[]; readonly position: number }[] = [];
  /** The length of the transcript with what is being read; whoever feeds the inbox keeps it. */
  position = 0;
  #ended: string | undefined;
  #isFull = false;
  #faultCount = 0;
  #waiters: Waiter[] = [];

  /** Why nothing more will come, as a sentence; undefined while the connection lives. */
  get ended(): string | undefined {
    return this.#ended;
  }

  /** Whether so much came that nothing more is taken: whoever feeds the inbox stops reading. */
  get isFull(): boolean {
    return this.#isFull;
  }

  add(value: JsonValue, channel?: object): void {
    if (Array.isArray(value)) {
      this.batches.push({ value, position: this.position });
      for (const element of value) this.#addOne(element, true, channel);
    } else this.#addOne(value, false, channel);
    this.wake();
  }

  addFault(fault: Fault): void {
    if (this.faults.length < MAX_KEPT_FAULTS) this.faults.push({ ...fault, position: this.position });
    this.#faultCount++;
    if (this.#faultCount > MAX_FAULTS) this.cutOff(`it sent more than ${MAX_FAULTS} lines that are no messages`);
    else this.wake();
  }

  end(reason: string): void {
    this.#ended ??= reason;
    this.wake();
  }

  /**
   * Waits for the first message from index `from` on that `match` accepts.
   *
   * @returns undefined when none came within `withinMs`, or the connection ended (`ended`), or `until` holds, or `signal` was aborted.
   */
  async find(
    match: (received: Received) => boolean,
    options: { from?: number; withinMs: number; signal?: AbortSignal; until?: () => boolean },
  ): Promise<Received | undefined> {
    const deadline = performance.now() + options.withinMs;
    let next = options.from ?? 0;
    for (;;) {
      for (; next < this.messages.length; next++) {
        const received = this.messages[next];
        if (received && match(received)) return received;
      }
      const leftMs = deadline - performance.now();
      if (this.#ended !== undefined || leftMs <= 0 || options.signal?.aborted || options.until?.()) return undefined;
      await this.#change(leftMs, options.signal);
    }
  }

  #addOne(value: JsonValue, inBatch: boolean, channel: object | undefined): void {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.addFault({ kind: 'not-an-object', why: 'is JSON, but no object', text: JSON.stringify(value).slice(0, 200) });
    } else if (this.messages.length < MAX_MESSAGES) {
      this.messages.push({ message: value, at: performance.now(), inBatch, channel, position: this.position });
    } else this.cutOff(`it sent more than ${MAX_MESSAGES} messages`);
  }

  /** Takes nothing more, for this reason. */
  cutOff(reason: string): void {
    if (this.#isFull) return;
    this.#isFull = true;
    this.end(`${reason}, and was cut off`);
  }

  /** Lets those who wait look again. */
  wake(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }

  #change(limitMs: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        const at = this.#waiters.indexOf(done);
        if (at >= 0) this.#waiters.splice(at, 1);
        resolve();
      };
      const timer = setTimeout(done, limitMs);
      signal?.addEventListener('abort', done, { once: true });
      this.#waiters.push(done);
    });
  }
}
