import type { JsonRpcMessage } from '@mcpwire/jsonrpc';
import type { BrokenTransport } from './broken-transport.js';
import { Forwarding } from './forwarding.js';

class ClosesOnGarbage extends Forwarding {
  protected override garbage(error: Error): void {
    super.garbage(error);
    void this.close();
  }
}

class HandsOverAnyJson extends Forwarding {
  protected override garbage(error: Error, text?: string): void {
    super.garbage(error);
    try {
      this.message(JSON.parse(text ?? '') as JsonRpcMessage);
    } catch {
      // Not even JSON.
    }
  }
}

class SkipsTheMessageBehindGarbage extends Forwarding {
  #skip = false;
  override raw(payload: Uint8Array): void {
    if (this.#skip) this.#skip = false;
    else super.raw(payload);
  }
  protected override garbage(error: Error): void {
    super.garbage(error);
    this.#skip = true;
  }
}

class SkipsGarbageSilently extends Forwarding {
  protected override garbage(): void {}
}

class ReportsText extends Forwarding {
  protected override garbage(error: Error): void {
    this.error(error.message as unknown as Error);
  }
}

export const garbage: readonly BrokenTransport[] = [
  {
    fault: 'closes when it receives garbage',
    wrap: (inner) => new ClosesOnGarbage(inner),
    caughtBy: { 'garbage/carries-on': /a closed because of garbage/ },
  },
  {
    fault: 'hands over any JSON as a message',
    wrap: (inner) => new HandsOverAnyJson(inner),
    caughtBy: { 'garbage/carries-on': /a\.onmessage was given garbage/ },
  },
  {
    fault: 'skips the message behind garbage too',
    wrap: (inner) => new SkipsTheMessageBehindGarbage(inner),
    caughtBy: { 'garbage/carries-on': /in vain for a to receive 1 message with garbage before the last of them/ },
  },
  {
    fault: 'skips garbage silently',
    wrap: (inner) => new SkipsGarbageSilently(inner),
    caughtBy: { 'garbage/reported': /in vain for a\.onerror to be told of garbage/ },
  },
  {
    fault: 'gives onerror a text',
    wrap: (inner) => new ReportsText(inner),
    caughtBy: { 'garbage/reported': /given something that is no Error/ },
  },
];
