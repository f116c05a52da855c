import type { BodySink } from './body-sink.js';

export interface KeepAliveOptions {
  /** A stream on which nothing was written for this long gets a comment. Default 15 s. */
  intervalMs?: number | undefined;
  /** What is written. Default `: keep-alive` and an empty line, which event-stream readers pass over. */
  comment?: string | undefined;
  /**
   * A stream whose reader has taken nothing of what is queued for this long is cut off; checked once an interval.
   * Default 0: never.
   */
  stallTimeoutMs?: number | undefined;
  /** Told of each stream that stalled, just before it is cut off. It must not throw. */
  onstall?: ((sink: BodySink) => void) | undefined;
}

/** The streams are visited in this many turns an interval, so that 65,000 of them do not make one long pause. */
const TURNS = 32;

/**
 * Keeps idle streams open through whatever stands between, and finds those whose reader is gone without a word. One timer
 * for all of them, which runs only while there are any and keeps no process alive.
 */
export class KeepAlive {
  readonly #intervalMs: number;
  readonly #comment: string;
  readonly #stalledVisits: number;
  readonly #onstall: ((sink: BodySink) => void) | undefined;
  /** Where each stream stands in the lists below. A stream's turn is its slot, modulo TURNS. Lists of numbers, because 65,000 objects weigh. */
  readonly #slots = new Map<BodySink, number>();
  readonly #sinks: (BodySink | undefined)[] = [];
  /** What was seen of each when it was last visited. */
  readonly #writtenBytes: number[] = [];
  readonly #takenBytes: number[] = [];
  /** Visits since its reader last took something, or had nothing to take. */
  readonly #stalled: number[] = [];
  readonly #freeSlots: number[] = [];
  #timer: ReturnType<typeof setInterval> | undefined;
  #turn = 0;
  /** When the turn that comes next is due, by `performance.now()`. */
  #dueAt = 0;

  constructor(options: KeepAliveOptions = {}) {
    const { intervalMs = 15_000, comment = ': keep-alive\n\n', stallTimeoutMs = 0, onstall } = options;
    if (!(intervalMs > 0)) throw new RangeError(`intervalMs must be a positive number, not ${intervalMs}`);
    this.#intervalMs = intervalMs;
    this.#comment = comment;
    this.#stalledVisits = stallTimeoutMs > 0 ? Math.ceil(stallTimeoutMs / intervalMs) : Number.POSITIVE_INFINITY;
    this.#onstall = onstall;
  }

  /** Streams being kept. */
  get size(): number {
    return this.#slots.size;
  }

  add(sink: BodySink): void {
    if (this.#slots.has(sink) || sink.isClosed) return;
    // In turn, and not the turn that is furthest: streams that open together would stay together.
    const slot = this.#freeSlots.pop() ?? this.#sinks.length;
    this.#slots.set(sink, slot);
    this.#sinks[slot] = sink;
    this.#stalled[slot] = 0;
    this.#note(sink, slot);
    if (this.#timer === undefined) {
      this.#dueAt = performance.now() + this.#intervalMs / TURNS;
      this.#timer = setInterval(() => this.#catchUp(), this.#intervalMs / TURNS);
      if (typeof this.#timer === 'object') this.#timer.unref();
    }
  }

  /** A closed stream is found and let go by itself; this is sooner. */
  delete(sink: BodySink): void {
    const slot = this.#slots.get(sink);
    if (slot === undefined) return;
    this.#slots.delete(sink);
    this.#sinks[slot] = undefined;
    this.#freeSlots.push(slot);
    if (this.#slots.size === 0) this.close();
  }

  /** Lets go of every stream. They stay open. */
  close(): void {
    this.#slots.clear();
    this.#sinks.length = 0;
    this.#writtenBytes.length = 0;
    this.#takenBytes.length = 0;
    this.#stalled.length = 0;
    this.#freeSlots.length = 0;
    this.#stop();
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Takes every turn that is due: a busy process has its timers late, and its streams must not pay for it. */
  #catchUp(): void {
    const now = performance.now();
    for (let turns = 0; turns < TURNS && this.#dueAt <= now && this.#timer !== undefined; turns++) {
      this.#dueAt += this.#intervalMs / TURNS;
      this.#visit();
    }
    // After a suspension, say: what was missed is missed.
    if (this.#dueAt <= now) this.#dueAt = now + this.#intervalMs / TURNS;
  }

  #visit(): void {
    const sinks = this.#sinks;
    const turn = this.#turn;
    this.#turn = (turn + 1) % TURNS;
    for (let slot = turn; slot < sinks.length; slot += TURNS) {
      const sink = sinks[slot];
      if (sink === undefined) continue;
      if (sink.isClosed) this.delete(sink);
      else if (sink.queuedBytes > 0) this.#checkProgress(sink, slot);
      else {
        this.#stalled[slot] = 0;
        if (sink.writtenBytes === this.#writtenBytes[slot]) sink.write(this.#comment);
        // The write may have been its end.
        if (sinks[slot] === sink) this.#note(sink, slot);
      }
    }
  }

  #note(sink: BodySink, slot: number): void {
    this.#writtenBytes[slot] = sink.writtenBytes;
    this.#takenBytes[slot] = takenBytes(sink);
  }

  /** A comment behind what is queued already would tell nobody anything. */
  #checkProgress(sink: BodySink, slot: number): void {
    const taken = takenBytes(sink);
    const stalled = taken > (this.#takenBytes[slot] as number) ? 0 : (this.#stalled[slot] as number) + 1;
    this.#stalled[slot] = stalled;
    if (stalled === 0) this.#takenBytes[slot] = taken;
    this.#writtenBytes[slot] = sink.writtenBytes;
    if (stalled < this.#stalledVisits) return;
    this.delete(sink);
    // Before, because a stream's owner is told of its end at once by some runtimes, and may want to know why.
    this.#onstall?.(sink);
    sink.destroy();
  }
}

function takenBytes(sink: BodySink): number {
  return sink.writtenBytes - sink.queuedBytes;
}
