/**
 * Sends the URIs of resources that changed, one after the other. A resource that changes again while its notification waits to be sent
 * needs no second one, so a slow reader costs no more than the resources that it watches.
 */
export class UpdateFeed {
  readonly uris: Set<string>;
  readonly #send: (uri: string) => Promise<void>;
  readonly #changed: Set<string> = new Set();
  #sending = false;

  /** @param send must settle always */
  constructor(uris: Iterable<string>, send: (uri: string) => Promise<void>) {
    this.uris = new Set(uris);
    this.#send = send;
  }

  /** A resource has changed; nothing happens if nobody watches it here. */
  push(uri: string): void {
    if (!this.uris.has(uri)) return;
    this.#changed.add(uri);
    if (!this.#sending) void this.#drain();
  }

  /** Nothing more is sent. */
  close(): void {
    this.uris.clear();
    this.#changed.clear();
  }

  async #drain(): Promise<void> {
    this.#sending = true;
    for (const uri of this.#changed) {
      this.#changed.delete(uri);
      await this.#send(uri);
    }
    this.#sending = false;
  }
}
