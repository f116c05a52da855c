/** What a message is, as far as its order matters. */
export type PostKind = 'request' | 'response' | 'notification';

/** How long a notification waits for POSTs before it to be answered, and others for its own. */
const ORDER_WAIT_MS = 1_000;

/** Messages between two notifications. */
interface Epoch {
  /** The notification before them, while it is under way. */
  barrier: Promise<void> | undefined;
  /** How many of them are not answered yet. */
  pending: number;
  onanswered: (() => void) | undefined;
}

/**
 * The order of POSTs. Each may take a connection of its own, on which it may overtake the one before. Requests and responses may do so:
 * nothing about them depends on it. A notification may not: it says something about what came before (cancelled, progress) or comes after
 * (initialized). So it leaves once what was sent before is answered, and what is sent later leaves once it is.
 *
 * But no longer than a second: some servers answer a POST only when they are done with the message, and what they wait for may be here.
 * With `maxConcurrent` 1 everything waits for what was sent before it, however long that takes.
 */
export class PostLane {
  readonly #post: (text: string) => Promise<void>;
  readonly #strict: boolean;
  /** Requests that may leave now. Responses need no place: the server may answer its requests only after it has them. */
  #free: number;
  #waiting: (() => void)[] = [];
  #epoch: Epoch = { barrier: undefined, pending: 0, onanswered: undefined };
  #size = 0;
  #onidle: (() => void) | undefined;

  constructor(maxConcurrent: number, post: (text: string) => Promise<void>) {
    if (!(maxConcurrent >= 1)) throw new RangeError(`maxConcurrentPosts must be one or more, not ${maxConcurrent}`);
    this.#strict = maxConcurrent === 1;
    this.#free = maxConcurrent;
    this.#post = post;
  }

  /** Settles as the POST does. */
  add(text: string, kind: PostKind): Promise<void> {
    this.#size++;
    const posted = this.#strict || kind === 'notification' ? this.#addInOrder(text) : this.#addFreely(text, kind);
    posted.then(this.#left, this.#left);
    return posted;
  }

  /** Resolves when every message is answered. A further call takes the place of the one before. */
  idle(): Promise<void> {
    if (this.#size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onidle = resolve;
    });
  }

  readonly #left = (): void => {
    if (--this.#size === 0) this.#onidle?.();
  };

  #addFreely(text: string, kind: PostKind): Promise<void> {
    const epoch = this.#epoch;
    epoch.pending++;
    const posted = epoch.barrier ? epoch.barrier.then(() => this.#send(text, kind)) : this.#send(text, kind);
    const answered = (): void => {
      if (--epoch.pending === 0) epoch.onanswered?.();
    };
    posted.then(answered, answered);
    return posted;
  }

  #addInOrder(text: string): Promise<void> {
    const before = this.#epoch;
    const next: Epoch = { barrier: undefined, pending: 0, onanswered: undefined };
    this.#epoch = next;
    const turn = this.#turnAfter(before);
    const posted = turn ? turn.then(() => this.#post(text)) : this.#post(text);
    const barrier = (turn ?? Promise.resolve()).then(() => this.#settled(posted));
    next.barrier = barrier;
    void barrier.then(() => {
      next.barrier = undefined;
    });
    return posted;
  }

  /** When what belongs to `epoch`, and the notification before it, has been answered; undefined if it has. */
  #turnAfter(epoch: Epoch): Promise<void> | undefined {
    const { barrier } = epoch;
    if (!barrier && epoch.pending === 0) return undefined;
    return (barrier ?? Promise.resolve()).then(() => {
      if (epoch.pending === 0) return undefined;
      return this.#settled(
        new Promise<void>((resolve) => {
          epoch.onanswered = resolve;
        }),
      );
    });
  }

  async #send(text: string, kind: PostKind): Promise<void> {
    if (kind === 'response') return this.#post(text);
    if (this.#free === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#free--;
    try {
      await this.#post(text);
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    }
  }

  /** Resolves when `promise` has settled or the time for it is up. */
  async #settled(promise: Promise<unknown>): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = this.#strict
      ? undefined
      : new Promise<void>((resolve) => {
          timer = setTimeout(resolve, ORDER_WAIT_MS);
        });
    await Promise.race([promise.then(ignore, ignore), ...(late ? [late] : [])]);
    clearTimeout(timer);
  }
}

function ignore(): void {}
