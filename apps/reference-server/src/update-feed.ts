/**
 * Tells of what changed, one thing after the other, each by its topic. What changes again while its notification waits to be sent needs no
 * second one, so a slow reader costs no more than the topics that it follows.
 */
export class UpdateFeed {
  readonly topics: Set<string>;
  readonly #send: (topic: string) => Promise<void>;
  readonly #changed: Set<string> = new Set();
  #sending = false;

  /** @param send must settle always */
  constructor(topics: Iterable<string>, send: (topic: string) => Promise<void>) {
    this.topics = new Set(topics);
    this.#send = send;
  }

  /** Something has changed; nothing happens if nobody follows it here. */
  push(topic: string): void {
    if (!this.topics.has(topic)) return;
    this.#changed.add(topic);
    if (!this.#sending) void this.#drain();
  }

  /** Nothing more is sent. */
  close(): void {
    this.topics.clear();
    this.#changed.clear();
  }

  async #drain(): Promise<void> {
    this.#sending = true;
    for (const topic of this.#changed) {
      this.#changed.delete(topic);
      await this.#send(topic);
    }
    this.#sending = false;
  }
}
