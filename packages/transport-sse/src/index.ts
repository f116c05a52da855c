export type { AuthInfo } from '@mcpwire/http';
export type {
  AuthFunction,
  AuthOptions,
  AuthProvider,
  FetchLike,
  InsufficientScopeContext,
  OAuthProvider,
  UnauthorizedContext,
} from '@mcpwire/http/client/transport-parts';
export type { SSEClientTransportOptions } from './client/options.js';
export type { ReconnectOptions } from './client/reconnect-policy.js';
export type { Reconnection } from './client.js';
export {
  DEFAULT_GRACE_MS,
  DEFAULT_KEEP_ALIVE_MS,
  DEFAULT_MAX_CONCURRENT_POSTS,
  DEFAULT_MAX_SESSIONS,
  DEFAULT_MESSAGE_PATH,
  DEFAULT_POST_TIMEOUT_MS,
  DEFAULT_SESSION_ID_PARAM,
  DEFAULT_SESSION_IDLE_MS,
  DEFAULT_SSE_PATH,
  DEFAULT_STALL_TIMEOUT_MS,
  DEFAULT_START_TIMEOUT_MS,
} from './defaults.js';
export type { SSEHandler, SSEHandlerOptions } from './handler.js';
export type { SSEServerLimits } from './options.js';
