import type { Revision } from '@mcpwire/protocol';

/** What `faults.js` says of each fault. */
export interface ClientFault {
  is: string;
  caughtBy: string[];
  /** A check that stays green, and in whose scene the fault shows, where `caughtBy` are of every scene and bring none of their own. */
  alongside?: string[];
  /** Checks of other things that cannot but notice it too, and why. */
  neighbours?: Record<string, string>;
  transport: 'stdio' | 'streamable-http';
  revision: Revision;
}

export const faults: Record<string, ClientFault>;
