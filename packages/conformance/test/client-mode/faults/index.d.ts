import type { Revision } from '@mcpwire/protocol';

/** What is said of each fault. */
export interface ClientFault {
  /** What such a client does, as the end of "a client that …". */
  is: string;
  /** The checks that find this out. */
  caughtBy: string[];
  /** A check that stays green, and in whose scene the fault shows, where `caughtBy` are of every scene and bring none of their own. */
  alongside?: string[];
  /** Checks of other things that cannot but notice it too, and why; `sometimes …` where they may not. */
  neighbours?: Record<string, string>;
  /** The client speaks 2026-07-28 and nothing before. */
  modernOnly?: boolean;
  transport: 'stdio' | 'streamable-http';
  /** Where it shows. */
  revision: Revision;
}

export const faults: Record<string, ClientFault>;
