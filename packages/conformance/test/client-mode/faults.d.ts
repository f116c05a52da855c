/** What `faults.js` says of each fault. */
export interface ClientFault {
  is: string;
  caughtBy: string[];
  /** Checks of other things that cannot but notice it too. */
  neighbours?: string[];
  transport: 'stdio' | 'streamable-http';
  revision: string;
}

export const faults: Record<string, ClientFault>;
