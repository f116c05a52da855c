import type { CloseReason, JsonRpcMessage, SendOptions } from '@mcpwire/jsonrpc';
import type { BrokenTransport } from './broken-transport.js';
import { Forwarding } from './forwarding.js';

class FiresForEachStream extends Forwarding {
  protected override ended(reason: CloseReason | undefined): void {
    super.ended(reason);
    if (reason?.kind === 'peer-gone') super.ended(reason);
  }
}

class WaitsForAPeerThatIsGone extends Forwarding {
  override async send(message: JsonRpcMessage, options?: SendOptions): Promise<void> {
    if (this.closeReason?.kind === 'peer-gone') await new Promise(() => {});
    await super.send(message, options);
  }
}

class ClosesNothingTwice extends Forwarding {
  override async close(): Promise<void> {
    if (this.closeReason) throw new Error('Already closed');
    await super.close();
  }
}

export const peerGone: readonly BrokenTransport[] = [
  {
    fault: 'fires onclose for the end of each of its streams',
    wrap: (inner) => new FiresForEachStream(inner),
    caughtBy: { 'peer-gone/onclose': /fired 2 times/, 'closing/ends-the-other': /fired 2 times/ },
  },
  {
    fault: 'lets sends to a peer that is gone wait for ever',
    wrap: (inner) => new WaitsForAPeerThatIsGone(inner),
    caughtBy: { 'peer-gone/later-sends': /in vain for a\.send\(\) to settle after the medium broke/ },
  },
  {
    fault: 'rejects close once it has ended',
    wrap: (inner) => new ClosesNothingTwice(inner),
    caughtBy: { 'peer-gone/close': /close\(\) failed after the medium broke/, 'closing/twice': /close\(\), the second, failed/ },
  },
];
