import type { SessionReply, SessionReplyOwner } from './session-reply.js';

/** What owns the replies of a transport that has no session: nobody can come back to one of them. */
export class TransientReplies implements SessionReplyOwner {
  readonly primes = false;
  readonly retryMs: undefined;
  readonly ondisconnect: SessionReplyOwner['ondisconnect'];

  constructor(ondisconnect: SessionReplyOwner['ondisconnect']) {
    this.ondisconnect = ondisconnect;
  }

  openLog(): undefined {}

  onfinish(_reply: SessionReply): void {}
}
