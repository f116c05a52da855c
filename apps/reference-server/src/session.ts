import type { Peer } from '@mcpwire/jsonrpc';
import type { Handshake } from './handshake.js';
import type { LogLevel } from './log-level.js';
import type { Settings } from './settings.js';
import type { Subscriptions } from './subscriptions.js';

/** What the requests of one connection share. Modern requests use none of what the client has said before. */
export interface Session {
  readonly peer: Peer;
  readonly settings: Settings;
  readonly handshake: Handshake;
  readonly subscriptions: Subscriptions;
  /** What `logging/setLevel` asked for; undefined until then, and no log messages are sent. */
  logLevel: LogLevel | undefined;
}
