export type {
  AuthFunction,
  AuthOptions,
  AuthProvider,
  InsufficientScopeContext,
  OAuthProvider,
  UnauthorizedContext,
} from './client/auth-provider.js';
export type {
  FetchLike,
  ReconnectionScheduler,
  ReestablishedSession,
  StreamableHTTPClientTransportOptions,
  StreamableHTTPReconnectionOptions,
} from './client/options.js';
export { StreamableHTTPClientTransport } from './client/transport.js';
