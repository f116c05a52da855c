/** What both ends are typed with, without their code: a client's would load undici, which no server needs. */
export type { Transport } from '@mcpwire/jsonrpc';
export type * from './client.js';
export type * from './server.js';
export type { StreamableHTTPServerTransportOptions } from './session/sdk-options.js';
