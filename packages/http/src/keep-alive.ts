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

/** What was seen of a stream when it was last visited. */
interface Visit {
  writtenBytes: number;
  takenBytes: number;
  /** Visits since its reader last took something, or had nothing to take. */
  stalled: number;
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
  readonly #turns: Map<BodySink, Visit>[] = Array.from({ length: TURNS }, () => new Map());
  readonly #turnOf = new Map<BodySink, number>();
  #timer: ReturnType<typeof setInterval> | undefined;
  #turn = 0;
  #next = 0;
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
    return this.#turnOf.size;
  }

  add(sink: BodySink): void {
    if (this.#turnOf.has(sink) || sink.isClosed) return;
    // In turn, and not the turn that is furthest: streams that open together would stay together.
    const turn = this.#next;
    this.#next = (turn + 1) % TURNS;
    this.#turnOf.set(sink, turn);
    (this.#turns[turn] as Map<BodySink, Visit>).set(sink, { writtenBytes: sink.writtenBytes, takenBytes: takenBytes(sink), stalled: 0 });
    if (this.#timer === undefined) {
      this.#dueAt = performance.now() + this.#intervalMs / TURNS;
      this.#timer = setInterval(() => this.#catchUp(), this.#intervalMs / TURNS);
      if (typeof this.#timer === 'object') this.#timer.unref();
    }
  }

  /** A closed stream is found and let go by itself; this is sooner. */
  delete(sink: BodySink): void {
    const turn = this.#turnOf.get(sink);
    if (turn === undefined) return;
    this.#turnOf.delete(sink);
    (this.#turns[turn] as Map<BodySink, Visit>).delete(sink);
    if (this.#turnOf.size === 0) this.#stop();
  }

  /** Lets go of every stream. They stay open. */
  close(): void {
    for (const turn of this.#turns) turn.clear();
    this.#turnOf.clear();
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
    const visits = this.#turns[this.#turn] as Map<BodySink, Visit>;
    this.#turn = (this.#turn + 1) % TURNS;
    for (const [sink, visit] of visits) {
      if (sink.isClosed) this.delete(sink);
      else if (sink.queuedBytes > 0) this.#checkProgress(sink, visit);
      else {
        visit.stalled = 0;
        if (sink.writtenBytes === visit.writtenBytes) sink.write(this.#comment);
        visit.writtenBytes = sink.writtenBytes;
        visit.takenBytes = takenBytes(sink);
      }
    }
  }

  /** A comment behind what is queued already would tell nobody anything. */
  #checkProgress(sink: BodySink, visit: Visit): void {
    const taken = takenBytes(sink);
    if (taken > visit.takenBytes) {
      visit.takenBytes = taken;
      visit.stalled = 0;
    } else if (++visit.stalled >= this.#stalledVisits) {
      this.delete(sink);
      // Before, because a stream's owner is told of its end at once by some runtimes, and may want to know why.
      this.#onstall?.(sink);
      sink.destroy();
    }
    visit.writtenBytes = sink.writtenBytes;
  }
}

function takenBytes(sink: BodySink): number {
  return sink.writtenBytes - sink.queuedBytes;
}
