import type { Transport } from '@mcpwire/jsonrpc';
import type { Forwarding } from './forwarding.js';

/** A transport with one fault, and the cases that find it. */
export interface BrokenTransport {
  /** The fault, as the end of "a transport that …". */
  fault: string;
  wrap: (inner: Transport) => Forwarding;
  /** By case id: what the violation's sentence says. A case that fails for another reason has found something else. */
  caughtBy: Readonly<Record<string, RegExp>>;
}
