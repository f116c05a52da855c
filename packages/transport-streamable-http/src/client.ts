export type {
  AuthFunction,
  AuthOptions,
  AuthProvider,
  FetchLike,
  InsufficientScopeContext,
  OAuthProvider,
  UnauthorizedContext,
} from '@mcpwire/http/client/transport-parts';
export type {
  ReconnectionScheduler,
  ReestablishedSession,
  StreamableHTTPClientTransportOptions,
  StreamableHTTPReconnectionOptions,
} from './client/options.js';
export { StreamableHTTPClientTransport } from './client/transport.js';
