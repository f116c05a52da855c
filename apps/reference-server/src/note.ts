/** A text that anybody may change, and whoever listens hears of it: the one thing in this server that is ever different. */
export class Note {
  #text = 'Nobody has written here yet.';
  readonly #listeners = new Set<() => void>();

  get text(): string {
    return this.#text;
  }

  set text(text: string) {
    this.#text = text;
    for (const listener of [...this.#listeners]) listener();
  }

  /** @returns a function that ends it. */
  onchange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
