/** What `index.js` says of each fault. */
export interface Fault {
  is: string;
  caughtBy: string[];
  neighbours?: Record<string, string>;
  revision: string;
  modernOnly?: boolean;
  isAskedForAll?: boolean;
}

export const faults: Record<string, Fault>;
