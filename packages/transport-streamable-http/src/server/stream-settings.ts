import { KeepAlive } from '@mcpwire/http';
import { DEFAULT_MAX_QUEUED_BYTES } from '@mcpwire/jsonrpc';

export interface StreamOptions {
  /** Bytes that a stream may hold for its reader before a send waits. Default 16 MiB; never less than the adapter's own mark (64 KiB). */
  maxQueuedBytes?: number | undefined;
  /** Sends that may wait for room on one stream; one more is rejected with `queue-overflow`. Default 65,536. */
  maxWaitingSends?: number | undefined;
  /** A stream on which nothing was written for this long gets a comment, so that nothing in between closes it. Default 15 s; 0 for never. */
  keepAliveMs?: number | undefined;
  /** A stream whose reader takes nothing of what is queued for this long is cut off; checked once a `keepAliveMs`. Default 60 s; 0 for never. */
  stallTimeoutMs?: number | undefined;
}

/** What all streams of one server share. */
export interface StreamSettings {
  readonly maxQueuedBytes: number;
  readonly maxWaitingSends: number | undefined;
  readonly keepAlive: KeepAlive | undefined;
}

const DEFAULT_KEEP_ALIVE_MS = 15_000;
const DEFAULT_STALL_TIMEOUT_MS = 60_000;

/** Fills in the defaults, and makes the one KeepAlive: made once for a server, not for each stream. */
export function toStreamSettings(options: StreamOptions): StreamSettings {
  const {
    maxQueuedBytes = DEFAULT_MAX_QUEUED_BYTES,
    keepAliveMs = DEFAULT_KEEP_ALIVE_MS,
    stallTimeoutMs = DEFAULT_STALL_TIMEOUT_MS,
    maxWaitingSends,
  } = options;
  if (!(maxQueuedBytes > 0)) throw new RangeError(`maxQueuedBytes must be a positive number, not ${maxQueuedBytes}`);
  if (!(keepAliveMs >= 0)) throw new RangeError(`keepAliveMs must be zero or more, not ${keepAliveMs}`);
  if (!(stallTimeoutMs >= 0)) throw new RangeError(`stallTimeoutMs must be zero or more, not ${stallTimeoutMs}`);
  if (maxWaitingSends !== undefined && !(maxWaitingSends >= 0)) {
    throw new RangeError(`maxWaitingSends must be zero or more, not ${maxWaitingSends}`);
  }
  return {
    maxQueuedBytes,
    maxWaitingSends,
    keepAlive: keepAliveMs > 0 ? new KeepAlive({ intervalMs: keepAliveMs, stallTimeoutMs }) : undefined,
  };
}
