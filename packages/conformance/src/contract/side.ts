import {
  type CloseReason,
  isTransportError,
  type JsonRpcMessage,
  type SendOptions,
  type StartOptions,
  type Transport,
  type TransportErrorCode,
} from '@mcpwire/jsonrpc';
import { show } from './json.js';
import { ContractViolation } from './violation.js';

/** One call that was made and what became of it. It is never left to reject unseen. */
export class Attempt {
  /** What was called, for reports: `a.send of message 3`. */
  readonly what: string;
  state: 'pending' | 'resolved' | 'rejected' = 'pending';
  error: unknown;
  /** Resolves when the call has settled either way. */
  readonly settled: Promise<void>;

  constructor(what: string, promise: Promise<void>) {
    this.what = what;
    this.settled = promise.then(
      () => {
        this.state = 'resolved';
      },
      (error: unknown) => {
        this.state = 'rejected';
        this.error = error;
      },
    );
  }
}

/** One of the two transports, with everything that its callbacks were told. */
export class Side {
  readonly name: 'a' | 'b';
  readonly transport: Transport;
  readonly messages: JsonRpcMessage[] = [];
  readonly errors: unknown[] = [];
  readonly closings: (CloseReason | undefined)[] = [];
  /** The callbacks in the order in which they were called. */
  readonly calls: ('message' | 'error' | 'close')[] = [];

  constructor(name: 'a' | 'b', transport: Transport) {
    this.name = name;
    this.transport = transport;
    transport.onerror = (error) => {
      this.calls.push('error');
      this.errors.push(error);
    };
    this.onclose();
  }

  /** Sets `onmessage` to record, and to do something besides. */
  listen(besides?: (message: JsonRpcMessage) => void): void {
    this.transport.onmessage = (message) => {
      this.calls.push('message');
      this.messages.push(message);
      besides?.(message);
    };
  }

  /** Unsets `onmessage`. */
  ignore(): void {
    this.transport.onmessage = undefined;
  }

  /** Sets `onclose` to record, and to do something besides. */
  onclose(besides?: () => void): void {
    this.transport.onclose = (reason) => {
      this.calls.push('close');
      this.closings.push(reason);
      besides?.();
    };
  }

  start(options?: StartOptions): Attempt {
    return this.#attempt('start()', () => this.transport.start(options));
  }

  send(message: JsonRpcMessage, options?: SendOptions, what = 'send()'): Attempt {
    return this.#attempt(what, () => this.transport.send(message, options));
  }

  close(what = 'close()'): Attempt {
    return this.#attempt(what, () => this.transport.close());
  }

  dispose(): Attempt {
    return this.#attempt('[Symbol.asyncDispose]()', () => Promise.resolve(this.transport[Symbol.asyncDispose]()));
  }

  #attempt(call: string, run: () => Promise<void>): Attempt {
    const what = `${this.name}.${call}`;
    let promise: unknown;
    try {
      promise = run();
    } catch (cause) {
      throw new ContractViolation(`${what} threw instead of returning a promise that rejects`, {
        expected: 'a promise, whatever state the transport is in',
        actual: `thrown: ${show(cause)}`,
        cause,
      });
    }
    if (typeof (promise as PromiseLike<void> | undefined)?.then !== 'function') {
      throw new ContractViolation(`${what} returned no promise`, { expected: 'a promise', actual: show(promise) });
    }
    return new Attempt(what, Promise.resolve(promise as PromiseLike<void>));
  }
}

/** @throws ContractViolation unless the settled attempt resolved. */
export function assertResolved(attempt: Attempt, when: string): void {
  if (attempt.state === 'resolved') return;
  throw new ContractViolation(`${attempt.what} failed ${when}`, {
    expected: 'it resolves',
    actual: outcomeOf(attempt),
    cause: attempt.error,
  });
}

/** @throws ContractViolation unless the settled attempt was rejected with a TransportError of one of `codes`. */
export function assertRejected(attempt: Attempt, codes: readonly TransportErrorCode[], when: string): void {
  if (attempt.state === 'rejected' && isTransportError(attempt.error) && codes.includes(attempt.error.code)) return;
  const sentence =
    attempt.state === 'rejected' ? `${attempt.what} rejected with the wrong error ${when}` : `${attempt.what} did not fail ${when}`;
  throw new ContractViolation(sentence, {
    expected: `it rejects with a TransportError ${codes.map((code) => `'${code}'`).join(' or ')}`,
    actual: outcomeOf(attempt),
    cause: attempt.error,
  });
}

function outcomeOf(attempt: Attempt): string {
  return attempt.state === 'rejected'
    ? `it rejected with ${show(attempt.error)}`
    : `it ${attempt.state === 'resolved' ? 'resolved' : 'is pending'}`;
}
