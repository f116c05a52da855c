import { type JsonRpcMessage, type SendOptions, type StartOptions, type Transport, TransportError } from '@mcpwire/jsonrpc';
import type { BrokenTransport } from './broken-transport.js';
import { Forwarding } from './forwarding.js';

class StartsAgain extends Forwarding {
  #start: Promise<void> | undefined;
  override start(options?: StartOptions): Promise<void> {
    this.#start ??= super.start(options);
    return this.#start;
  }
}

class BuffersBeforeStart extends Forwarding {
  #started = false;
  #early: JsonRpcMessage[] = [];
  override async start(options?: StartOptions): Promise<void> {
    await super.start(options);
    this.#started = true;
    for (const message of this.#early) await super.send(message);
  }
  override async send(message: JsonRpcMessage, options?: SendOptions): Promise<void> {
    if (this.#started) return super.send(message, options);
    this.#early.push(message);
  }
}

class SendsLaterWhatItRefused extends BuffersBeforeStart {
  #started = false;
  override async start(options?: StartOptions): Promise<void> {
    this.#started = true;
    await super.start(options);
  }
  override async send(message: JsonRpcMessage, options?: SendOptions): Promise<void> {
    await super.send(message, options);
    if (!this.#started) throw new TransportError('not-started', 'Not started');
  }
}

class IgnoresEarlyClose extends Forwarding {
  #started = false;
  override start(options?: StartOptions): Promise<void> {
    this.#started = true;
    return super.start(options);
  }
  override async close(): Promise<void> {
    if (this.#started) await super.close();
  }
}

class StartsAfterClose extends Forwarding {
  #closed = false;
  override async start(options?: StartOptions): Promise<void> {
    if (!this.#closed) await super.start(options);
  }
  override close(): Promise<void> {
    this.#closed = true;
    return super.close();
  }
}

class IgnoresSignalOfStart extends Forwarding {
  override start(): Promise<void> {
    return super.start();
  }
}

class HasSessionFromTheBeginning extends Forwarding {
  override sessionId: string | undefined = 'preset';
}

class ReadsBackAnotherHandler extends Forwarding {
  override get onmessage(): Transport['onmessage'] {
    const handler = super.onmessage;
    return handler && ((message, context) => handler(message, context));
  }
  override set onmessage(handler: Transport['onmessage']) {
    super.onmessage = handler;
  }
}

class Frozen extends Forwarding {
  constructor(inner: Transport) {
    super(inner);
    Object.defineProperty(this, 'start', { value: Forwarding.prototype.start, writable: false });
  }
}

export const lifeCycle: readonly BrokenTransport[] = [
  {
    fault: 'lets itself be started twice',
    wrap: (inner) => new StartsAgain(inner),
    caughtBy: { 'life-cycle/start-twice': /start\(\) did not fail when called a second time/ },
  },
  {
    fault: 'keeps what is sent before start for later',
    wrap: (inner) => new BuffersBeforeStart(inner),
    caughtBy: { 'life-cycle/send-before-start': /send\(\) did not fail before start/ },
  },
  {
    fault: 'rejects a send before start, and sends it later',
    wrap: (inner) => new SendsLaterWhatItRefused(inner),
    caughtBy: { 'life-cycle/send-before-start': /b received what a tried to send before it was started/ },
  },
  {
    fault: 'ignores a close before start',
    wrap: (inner) => new IgnoresEarlyClose(inner),
    caughtBy: { 'life-cycle/close-before-start': /onclose fired 0 times/ },
  },
  {
    fault: 'can be started after it was closed',
    wrap: (inner) => new StartsAfterClose(inner),
    caughtBy: { 'life-cycle/close-before-start': /start\(\) did not fail after close/ },
  },
  {
    fault: 'ignores the signal of start',
    wrap: (inner) => new IgnoresSignalOfStart(inner),
    caughtBy: { 'life-cycle/start-aborted': /start\(\) did not fail when its signal was aborted/ },
  },
  {
    fault: 'has a session id before it has started',
    wrap: (inner) => new HasSessionFromTheBeginning(inner),
    caughtBy: { 'life-cycle/no-session-yet': /sessionId is set before start/ },
  },
  {
    fault: 'reads back another handler than was set',
    wrap: (inner) => new ReadsBackAnotherHandler(inner),
    caughtBy: { 'life-cycle/plain-properties': /onmessage does not read back/ },
  },
  {
    fault: 'does not let its start be replaced',
    wrap: (inner) => new Frozen(inner),
    caughtBy: { 'life-cycle/plain-properties': /start cannot be replaced/ },
  },
];
