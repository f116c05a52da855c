import type { BodyConsumer, BodyFlow, HttpBody } from '../body.js';

/** A body that says when it is over, however that comes. */
export class SettlingBody implements HttpBody {
  readonly #body: HttpBody;
  readonly #onover: () => void;

  constructor(body: HttpBody, onover: () => void) {
    this.#body = body;
    this.#onover = onover;
  }

  get lengthBytes(): number | undefined {
    return this.#body.lengthBytes;
  }

  cancel(): void {
    this.#onover();
    this.#body.cancel();
  }

  read(consumer: BodyConsumer): BodyFlow {
    const flow = this.#body.read({
      onchunk: (chunk) => consumer.onchunk(chunk),
      onend: () => {
        this.#onover();
        consumer.onend();
      },
      onerror: (error) => {
        this.#onover();
        consumer.onerror(error);
      },
    });
    return {
      pause: () => flow.pause(),
      resume: () => flow.resume(),
      cancel: () => this.cancel(),
    };
  }
}
