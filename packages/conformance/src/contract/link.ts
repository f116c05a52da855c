import type { Connection } from './fixture.js';
import type { Scene } from './scene.js';
import { type Attempt, assertResolved, Side } from './side.js';
import { ContractViolation } from './violation.js';

/** One pair of joined transports inside a case, with every wait bounded by the case's time limit. */
export class Link {
  readonly a: Side;
  readonly #scene: Scene;
  readonly #connection: Connection;
  #b: Side | undefined;
  #startA: Attempt | undefined;

  constructor(scene: Scene, connection: Connection) {
    this.#scene = scene;
    this.#connection = connection;
    this.a = new Side('a', connection.a);
  }

  /** The server's side, once accepted. */
  get b(): Side {
    if (!this.#b) throw new Error('The case used side b before it was accepted');
    return this.#b;
  }

  /** Calls `a.start()` and takes side `b`, which is left unstarted. */
  async accept(): Promise<Side> {
    this.#startA ??= this.a.start();
    const start = this.#startA;
    // A start that fails may be why no server side comes to be; then it is the start that has to be reported.
    const failed = start.settled.then(() =>
      start.state === 'rejected' ? assertResolved(start, 'though nothing was wrong') : new Promise<never>(() => {}),
    );
    const accepted = this.#connection.accept();
    accepted.catch(() => {});
    const transport = await this.#scene.within(Promise.race([accepted, failed]), 'side b to come to be after a.start() was called');
    this.#b = new Side('b', transport as Awaited<typeof accepted>);
    return this.#b;
  }

  /** Starts both sides; at once if `b` was accepted already. */
  async start(): Promise<this> {
    const b = this.#b ?? (await this.accept());
    await this.#scene.succeeds(b.start(), 'though nothing was wrong');
    await this.#scene.succeeds(this.#startA as Attempt, 'though nothing was wrong');
    return this;
  }

  side(name: 'a' | 'b'): Side {
    return name === 'a' ? this.a : this.b;
  }

  /** Breaks the medium. */
  async sever(): Promise<void> {
    await this.#scene.fixtureDoes(this.#ability('sever')(), 'sever()');
  }

  /** Stops the medium; what it resolves to lets it go on. */
  async stall(): Promise<() => Promise<void>> {
    const resume = await this.#scene.fixtureDoes(this.#ability('stall')(), 'stall()');
    return () => this.#scene.fixtureDoes(resume(), 'what stall() resolved to');
  }

  async deliverRaw(to: 'a' | 'b', payload: Uint8Array): Promise<void> {
    await this.#scene.fixtureDoes(this.#ability('deliverRaw')(to, payload), `deliverRaw() to ${to}`);
  }

  dispose(): Promise<void> {
    return this.#connection.dispose();
  }

  /** @throws ContractViolation when the side was told of its end more or less than once. */
  assertClosedOnce(side: Side, when: string): void {
    if (side.closings.length === 1) return;
    throw new ContractViolation(`${side.name}.onclose fired ${side.closings.length} times ${when}`, {
      expected: 'it fires exactly once',
      actual: `${side.closings.length} times`,
    });
  }

  #ability<K extends 'sever' | 'stall' | 'deliverRaw'>(name: K): NonNullable<Connection[K]> {
    const method = this.#connection[name];
    if (!method) throw new Error(`The fixture ${this.#scene.fixture.name} claims an ability, but its connection has no ${name}()`);
    return method.bind(this.#connection) as NonNullable<Connection[K]>;
  }
}
