/** Where clients open their stream, unless told otherwise. */
export const DEFAULT_SSE_PATH = '/sse';
/** Where clients post to, unless told otherwise. */
export const DEFAULT_MESSAGE_PATH = '/messages';
/** The query parameter that carries the session's id, as the official SDK for TypeScript writes it. The one for Python has `session_id`. */
export const DEFAULT_SESSION_ID_PARAM = 'sessionId';
/** A stream on which nothing was written for this long gets a comment. */
export const DEFAULT_KEEP_ALIVE_MS = 15_000;
/** A reader that takes nothing of what is queued for this long is disconnected. */
export const DEFAULT_STALL_TIMEOUT_MS = 60_000;
/** Sessions at once. */
export const DEFAULT_MAX_SESSIONS = 10_000;
/** A session that has posted nothing for this long may have to make room for another. */
export const DEFAULT_SESSION_IDLE_MS: number = 30 * 60_000;
/** How long `close` waits for what is on its way. */
export const DEFAULT_GRACE_MS = 2_000;
/** How long `start` waits for the `endpoint` event. */
export const DEFAULT_START_TIMEOUT_MS = 30_000;
/** How long the answer to a POST may take. */
export const DEFAULT_POST_TIMEOUT_MS = 60_000;
/** POSTs of requests under way at once. */
export const DEFAULT_MAX_CONCURRENT_POSTS = 64;
