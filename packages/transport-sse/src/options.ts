import { type BodySink, KeepAlive, type ReadBodyOptions } from '@mcpwire/http';
import type { ConnectionSettings } from './connection.js';
import { DEFAULT_GRACE_MS, DEFAULT_KEEP_ALIVE_MS, DEFAULT_STALL_TIMEOUT_MS } from './defaults.js';

/** Limits of the server's side. `maxBodyBytes` (4 MiB) and `bodyTimeoutMs` (60 s) hold for each POST: past them, 413 and 408. */
export interface SSEServerLimits extends ReadBodyOptions {
  /**
   * Events accepted and not yet taken by the network, for each connection, before `send` waits; text counts by its characters. Less than the
   * adapter's `highWaterMarkBytes` (64 KiB) counts as that. Default 16 MiB.
   */
  maxQueuedBytes?: number | undefined;
  /** Sends that may wait for room at once, for each connection; one more is rejected with `queue-overflow`. Default 65,536. */
  maxWaitingSends?: number | undefined;
  /** A stream on which nothing was written for this long gets a comment. 0 for none. Default 15 s. */
  keepAliveMs?: number | undefined;
  /** A client that takes nothing of what is queued for this long is disconnected. 0 for never. Default 60 s. */
  stallTimeoutMs?: number | undefined;
  /** How long a connection's own `close` waits for what was accepted to leave. Default 2 s. */
  graceMs?: number | undefined;
}

/**
 * What connections with these limits share, one timer for all of their streams among it.
 * @throws RangeError for a limit that can't be
 */
export function toConnectionSettings(limits: SSEServerLimits): ConnectionSettings {
  const { keepAliveMs = DEFAULT_KEEP_ALIVE_MS, stallTimeoutMs = DEFAULT_STALL_TIMEOUT_MS, graceMs = DEFAULT_GRACE_MS } = limits;
  for (const [name, value] of Object.entries({ keepAliveMs, stallTimeoutMs, graceMs })) {
    if (!(value >= 0)) throw new RangeError(`${name} must be zero or more, not ${value}`);
  }
  const { maxQueuedBytes, maxWaitingSends, maxBodyBytes, bodyTimeoutMs } = limits;
  if (maxQueuedBytes !== undefined && !(maxQueuedBytes > 0)) {
    throw new RangeError(`maxQueuedBytes must be a positive number, not ${maxQueuedBytes}`);
  }
  if (maxBodyBytes !== undefined && !(maxBodyBytes > 0))
    throw new RangeError(`maxBodyBytes must be a positive number, not ${maxBodyBytes}`);
  if (maxWaitingSends !== undefined && !(maxWaitingSends >= 0)) {
    throw new RangeError(`maxWaitingSends must be zero or more, not ${maxWaitingSends}`);
  }
  if (bodyTimeoutMs !== undefined && !(bodyTimeoutMs >= 0))
    throw new RangeError(`bodyTimeoutMs must be zero or more, not ${bodyTimeoutMs}`);
  return { maxQueuedBytes, maxWaitingSends, graceMs, stalled, keepAlive: toKeepAlive(keepAliveMs, stallTimeoutMs) };
}

/** Streams that were cut off because nobody read them. */
const stalled = new WeakSet<BodySink>();
/** By their two times. A program has one or two. */
const keepAlives = new Map<string, KeepAlive>();
const MAX_KEEP_ALIVES = 64;

/** One for all connections with the same times, whoever serves them, so that they share a timer. */
function toKeepAlive(keepAliveMs: number, stallTimeoutMs: number): KeepAlive | undefined {
  if (keepAliveMs === 0 && stallTimeoutMs === 0) return undefined;
  const key = `${keepAliveMs}/${stallTimeoutMs}`;
  const known = keepAlives.get(key);
  if (known) return known;
  // Looks at least twice in a stall's time, so that one is found at most half as late again.
  const intervalMs = Math.min(keepAliveMs || Number.POSITIVE_INFINITY, stallTimeoutMs / 2 || Number.POSITIVE_INFINITY);
  const keepAlive = new KeepAlive({
    intervalMs,
    stallTimeoutMs,
    onstall: (sink) => stalled.add(sink),
    // Streams are visited all the same, for the stalled ones; an empty text is no comment.
    ...(keepAliveMs === 0 && { comment: '' }),
  });
  if (keepAlives.size >= MAX_KEEP_ALIVES) keepAlives.clear();
  keepAlives.set(key, keepAlive);
  return keepAlive;
}
