import type { TransportCommand } from './transport.js';

/** The transports by the name of their subcommand, each loaded when it is wanted. */
export const transports: Readonly<Record<string, () => Promise<TransportCommand>>> = {
  stdio: async () => (await import('./stdio.js')).stdio,
  http: async () => (await import('./http.js')).http,
  sse: async () => (await import('./sse.js')).sse,
  all: async () => (await import('./all.js')).all,
};
