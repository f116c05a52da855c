import type { Linked } from './linked-list.js';

/** One event in memory, a link of the order in which events were stored. */
export interface StoredEvent extends Linked<StoredEvent> {
  readonly stream: StoredStream;
  /** The message as JSON: whoever sent it may change the object afterwards. */
  readonly text: string;
  readonly atMs: number;
  readonly bytes: number;
}

/** Dropped places at the front of the list are given back when they are this many, and half of it. */
const SPARE = 64;

/** The events of one stream that are still there, numbered from 0 in the order they came. */
export class StoredStream implements Linked<StoredStream> {
  previous: StoredStream | undefined;
  next: StoredStream | undefined;
  readonly id: string;
  readonly key: string;
  readonly sessionId: string | undefined;
  /** A response was stored: nothing comes after it. */
  isOver = false;
  #events: Array<StoredEvent | undefined> = [];
  #head = 0;
  #firstIndex = 0;

  constructor(id: string, key: string, sessionId: string | undefined) {
    this.id = id;
    this.key = key;
    this.sessionId = sessionId;
  }

  get isEmpty(): boolean {
    return this.#head === this.#events.length;
  }

  /** The number of the oldest event that is there; where none is, of the one that comes next. */
  get firstIndex(): number {
    return this.#firstIndex;
  }

  /** The number that the next event gets. */
  get nextIndex(): number {
    return this.#firstIndex + this.#events.length - this.#head;
  }

  at(index: number): StoredEvent | undefined {
    return this.#events[this.#head + index - this.#firstIndex];
  }

  push(event: StoredEvent): void {
    this.#events.push(event);
  }

  /** Drops the oldest event. Costs constant time, taken over many. */
  shift(): void {
    this.#events[this.#head++] = undefined;
    this.#firstIndex++;
    if (this.#head >= SPARE && this.#head * 2 >= this.#events.length) {
      this.#events = this.#events.slice(this.#head);
      this.#head = 0;
    }
  }

  *[Symbol.iterator](): Generator<StoredEvent> {
    for (let at = this.#head; at < this.#events.length; at++) yield this.#events[at] as StoredEvent;
  }
}
