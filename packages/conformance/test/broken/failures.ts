import {
  type CloseReason,
  isTransportError,
  type JsonRpcMessage,
  type MessageContext,
  type SendOptions,
  TransportError,
} from '@mcpwire/jsonrpc';
import type { BrokenTransport } from './broken-transport.js';
import { Forwarding } from './forwarding.js';

class SwallowsEncodingErrors extends Forwarding {
  override send(message: JsonRpcMessage, options?: SendOptions): Promise<void> {
    return super.send(message, options).catch((error: unknown) => {
      if (!isTransportError(error) || error.code !== 'encode-failed') throw error;
    });
  }
}

class ClosesOnEncodingErrors extends Forwarding {
  override send(message: JsonRpcMessage, options?: SendOptions): Promise<void> {
    return super.send(message, options).catch(async (error: unknown) => {
      if (isTransportError(error) && error.code === 'encode-failed') await this.close();
      throw error;
    });
  }
}

class ThrowsWhenClosed extends Forwarding {
  override send(message: JsonRpcMessage, options?: SendOptions): Promise<void> {
    if (this.closeReason) throw new TransportError('closed', 'Closed');
    return super.send(message, options);
  }
}

class ThrowsOnEncodingErrors extends Forwarding {
  override send(message: JsonRpcMessage, options?: SendOptions): Promise<void> {
    JSON.stringify(message);
    return super.send(message, options);
  }
}

class StopsWhenAHandlerThrows extends Forwarding {
  #dead = false;
  protected override message(message: JsonRpcMessage, context?: MessageContext): void {
    if (this.#dead) return;
    this.#dead = true;
    super.message(message, context);
    this.#dead = false;
  }
}

class SwallowsHandlerErrors extends Forwarding {
  protected override message(message: JsonRpcMessage, context?: MessageContext): void {
    try {
      super.message(message, context);
    } catch {
      // Lost.
    }
  }
}

class HidesTheCause extends Forwarding {
  protected override error(error: Error): void {
    super.error(new TransportError(isTransportError(error) ? error.code : 'handler-failed', error.message));
  }
}

class CloseRejectsWithOncloses extends Forwarding {
  #thrown: unknown;
  override async close(): Promise<void> {
    await super.close();
    if (this.#thrown) throw this.#thrown;
  }
  protected override ended(reason: CloseReason | undefined): void {
    try {
      super.ended(reason);
    } catch (error) {
      this.#thrown = error;
    }
  }
}

class SwallowsErrorsOfOnclose extends Forwarding {
  protected override ended(reason: CloseReason | undefined): void {
    try {
      super.ended(reason);
    } catch {
      // Lost.
    }
  }
}

class ReportsEveryClose extends Forwarding {
  protected override ended(reason: CloseReason | undefined): void {
    this.error(new Error('The stream has ended'));
    super.ended(reason);
  }
}

export const failures: readonly BrokenTransport[] = [
  {
    fault: 'resolves the send of a message that cannot be encoded',
    wrap: (inner) => new SwallowsEncodingErrors(inner),
    caughtBy: { 'failures/unsendable': /send\(\) of a circular message did not fail/ },
  },
  {
    fault: 'closes when a message cannot be encoded',
    wrap: (inner) => new ClosesOnEncodingErrors(inner),
    caughtBy: {
      'failures/unsendable-stays-open': /in vain for b to receive|failed beside a message/,
      'failures/unsendable': /wrong error/,
    },
  },
  {
    fault: 'throws from send when it is closed',
    wrap: (inner) => new ThrowsWhenClosed(inner),
    caughtBy: {
      'failures/send-never-throws': /threw instead of returning a promise/,
      'closing/send-after-close': /threw instead of returning a promise/,
    },
  },
  {
    fault: 'throws from send when a message cannot be encoded',
    wrap: (inner) => new ThrowsOnEncodingErrors(inner),
    caughtBy: {
      'failures/send-never-throws': /send\(\) of a circular message before start threw/,
      'failures/unsendable': /threw instead of returning a promise/,
    },
  },
  {
    fault: 'delivers nothing more once onmessage has thrown',
    wrap: (inner) => new StopsWhenAHandlerThrows(inner),
    caughtBy: { 'failures/onmessage-throws': /in vain for b to receive 20 messages though its onmessage throws/ },
  },
  {
    fault: 'swallows what onmessage throws',
    wrap: (inner) => new SwallowsHandlerErrors(inner),
    caughtBy: { 'failures/onmessage-reported': /in vain for b\.onerror to be told that onmessage threw/ },
  },
  {
    fault: 'reports that a callback threw, but not what',
    wrap: (inner) => new HidesTheCause(inner),
    caughtBy: {
      'failures/onmessage-reported': /told something else than what onmessage threw/,
      'failures/onclose-throws': /told something else than what onclose threw/,
    },
  },
  {
    fault: 'rejects close with what onclose threw',
    wrap: (inner) => new CloseRejectsWithOncloses(inner),
    caughtBy: { 'failures/onclose-throws': /close\(\) failed though only onclose throws/ },
  },
  {
    fault: 'swallows what onclose throws',
    wrap: (inner) => new SwallowsErrorsOfOnclose(inner),
    caughtBy: { 'failures/onclose-throws': /in vain for .\.onerror to be told that onclose threw/ },
  },
  {
    fault: 'reports every close as an error',
    wrap: (inner) => new ReportsEveryClose(inner),
    caughtBy: { 'failures/no-false-alarm': /onerror was called though nothing went wrong/ },
  },
];
