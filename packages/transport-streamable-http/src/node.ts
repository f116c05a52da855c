export { NodeStreamableHTTPServerTransport, StreamableHTTPServerTransport } from './node/transport.js';
export type { EventStore } from './session/event-store.js';
export type { SdkAuthInfo } from './session/sdk-auth.js';
export type { StreamableHTTPServerTransportOptions } from './session/sdk-options.js';
