export type { CloseOptions } from '@mcpwire/http';
export { SSEConnection } from './connection.js';
export { createSSEHandler, type SSEHandler, type SSEHandlerOptions } from './handler.js';
export type { SSEServerLimits } from './options.js';
