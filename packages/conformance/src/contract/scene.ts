import type { JsonRpcMessage, TransportErrorCode } from '@mcpwire/jsonrpc';
import type { TransportFixture } from './fixture.js';
import { Link } from './link.js';
import { assertEachOnce, assertNumbers } from './messages.js';
import { type Attempt, assertRejected, assertResolved, type Side } from './side.js';
import { ContractViolation } from './violation.js';

const defaultQuietMs = 30;
const pollMs = 2;
/** Freeing what a case used may take this long beyond its limit. */
const disposeLimitMs = 10_000;

/**
 * What a case runs in. Whatever it waits for, it waits through this, so that a hang ends at the case's time limit in a
 * sentence that names what hung.
 */
export class Scene {
  readonly fixture: TransportFixture;
  readonly #limitMs: number;
  readonly #deadline: number;
  readonly #links: Link[] = [];

  constructor(fixture: TransportFixture, limitMs: number) {
    this.fixture = fixture;
    this.#limitMs = limitMs;
    this.#deadline = performance.now() + limitMs;
  }

  /** A new pair, neither side started. */
  async connect(): Promise<Link> {
    const connection = await this.fixtureDoes(this.fixture.connect(), 'connect()');
    const link = new Link(this, connection);
    this.#links.push(link);
    return link;
  }

  /** A new pair, both sides started and, unless told otherwise, recording what they receive. */
  async open(options: { listen?: boolean } = {}): Promise<Link> {
    const link = await this.connect();
    if (options.listen ?? true) link.a.listen();
    await link.accept();
    if (options.listen ?? true) link.b.listen();
    return link.start();
  }

  /** Runs `body` for each side that may be the sender, on a pair of its own. */
  async eachDirection(body: (from: Side, to: Side, link: Link) => Promise<void>, options: { listen?: boolean } = {}): Promise<void> {
    const there = await this.open(options);
    await body(there.a, there.b, there);
    if (!this.fixture.abilities.includes('push')) return;
    const back = await this.open(options);
    await body(back.b, back.a, back);
  }

  /** Runs `body` for each side, on a pair of its own of which both sides are started. */
  async eachSide(body: (side: Side, other: Side, link: Link) => Promise<void>, options: { listen?: boolean } = {}): Promise<void> {
    const first = await this.open(options);
    await body(first.a, first.b, first);
    const second = await this.open(options);
    await body(second.b, second.a, second);
  }

  /** Runs `body` for each side, on a pair of its own of which that side is not started. */
  async eachUnstarted(body: (side: Side, link: Link) => Promise<void>): Promise<void> {
    const first = await this.connect();
    await body(first.a, first);
    const second = await this.connect();
    await body(await second.accept(), second);
  }

  /** @throws ContractViolation when it takes past the case's limit. */
  async within<T>(promise: PromiseLike<T>, what: string): Promise<T> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(this.#hang(what)), Math.max(0, this.#deadline - performance.now()));
    });
    try {
      return await Promise.race([promise, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** @throws Error, not a ContractViolation, when the fixture takes past the case's limit: that is not the transport's fault. */
  async fixtureDoes<T>(promise: PromiseLike<T>, what: string): Promise<T> {
    try {
      return await this.within(promise, what);
    } catch (error) {
      if (!(error instanceof ContractViolation)) throw error;
      throw new Error(`${what} of the fixture ${this.fixture.name} had not settled when the ${this.#limitMs} ms of the case were over`);
    }
  }

  /** Waits until the attempt has settled, either way. */
  async settles(attempt: Attempt, when = ''): Promise<Attempt> {
    await this.within(attempt.settled, `${attempt.what} to settle${when === '' ? '' : ` ${when}`}`);
    return attempt;
  }

  async allSettle(attempts: readonly Attempt[], when: string): Promise<void> {
    await this.until(
      () => attempts.every((attempt) => attempt.state !== 'pending'),
      () =>
        `every call to settle ${when}; ${attempts.filter((attempt) => attempt.state === 'pending').length} of ${attempts.length} are pending, the first is ${attempts.find((attempt) => attempt.state === 'pending')?.what}`,
    );
  }

  /** Waits until the attempt has settled, and it must have resolved. */
  async succeeds(attempt: Attempt, when: string): Promise<void> {
    assertResolved(await this.settles(attempt, when), when);
  }

  /** Waits until the attempt has settled, and it must have been rejected with one of `codes`. */
  async fails(attempt: Attempt, codes: readonly TransportErrorCode[], when: string): Promise<void> {
    assertRejected(await this.settles(attempt, when), codes, when);
  }

  /** Sends and waits until it is accepted. */
  async sends(side: Side, message: JsonRpcMessage, when = 'though nothing was wrong'): Promise<void> {
    await this.succeeds(side.send(message), when);
  }

  /** Waits until the condition holds. */
  async until(condition: () => boolean, what: string | (() => string)): Promise<void> {
    while (!condition()) {
      if (performance.now() >= this.#deadline) throw this.#hang(typeof what === 'string' ? what : what());
      await pause(pollMs);
    }
  }

  /** Waits until the side has received so many messages. */
  async receives(side: Side, count: number, when = ''): Promise<void> {
    await this.until(
      () => side.messages.length >= count,
      () =>
        `${side.name} to receive ${count} message${count === 1 ? '' : 's'}${when === '' ? '' : ` ${when}`}; it has received ${side.messages.length}`,
    );
  }

  async closes(side: Side, when: string): Promise<void> {
    await this.until(() => side.closings.length > 0, `${side.name}.onclose to fire ${when}`);
  }

  /** @throws ContractViolation unless the notes `expected` were received, each once, and in this order on a medium that keeps it. */
  assertArrived(received: readonly JsonRpcMessage[], expected: readonly number[], sentence: string): void {
    (this.fixture.abilities.includes('ordered') ? assertNumbers : assertEachOnce)(received, expected, sentence);
  }

  /** Gives whatever should not happen the time to happen. */
  async quiet(): Promise<void> {
    await pause(this.fixture.quietMs ?? defaultQuietMs);
  }

  /** Closes the side, which must succeed. */
  async ends(side: Side): Promise<void> {
    await this.succeeds(side.close(), 'though close never rejects');
  }

  /** Frees every pair. */
  async dispose(): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Error(`dispose() of the fixture ${this.fixture.name} took longer than ${disposeLimitMs} ms`)),
        disposeLimitMs,
      );
    });
    try {
      await Promise.race([Promise.all(this.#links.map((link) => link.dispose())), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  #hang(what: string): ContractViolation {
    return new ContractViolation(`Waited in vain for ${what}`, {
      expected: `it happens within the ${this.#limitMs} ms that the case may take`,
      actual: 'it had not happened by then',
    });
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
