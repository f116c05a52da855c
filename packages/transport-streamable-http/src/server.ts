export { createMemoryBus, type MemoryBus, type MemoryBusOptions, type SubscriptionBus } from './server/bus.js';
export type { ChangeEvent } from './server/change-event.js';
export { EVENT_STREAM_HEADERS, EventWriter } from './server/event-writer.js';
export { createStreamableHTTPHandler, type StreamableHTTPHandler } from './server/handler.js';
export type { LegacyContext, StreamableHTTPHandlerOptions } from './server/handler-options.js';
export { type ReadPostOptions, readPost } from './server/read-post.js';
export { Reply, type ReplyMode, type ReplyOptions } from './server/reply.js';
export { RequestTransport } from './server/request-transport.js';
export { StatelessContext } from './server/stateless-context.js';
export { type StreamOptions, type StreamSettings, toStreamSettings } from './server/stream-settings.js';
export type { SubscriptionFilter } from './server/subscription-filter.js';
export type { SubscriptionsOptions } from './server/subscriptions.js';
export {
  type HandleRequestOptions,
  WebStandardStreamableHTTPServerTransport,
  type WebStandardStreamableHTTPServerTransportOptions,
} from './server/web-standard.js';
export { type AsyncEventStore, type EventDetails, type EventReplay, type EventStore, toAsyncEventStore } from './session/event-store.js';
export { EventStoreError, type EventStoreErrorCode, isEventStoreError } from './session/event-store-error.js';
export { createMemoryEventStore, type MemoryEventStore, type MemoryEventStoreOptions } from './session/memory-event-store.js';
export { createMemorySessionStore, type MemorySessionStore, type MemorySessionStoreOptions } from './session/memory-session-store.js';
export type { SdkAuthInfo } from './session/sdk-auth.js';
export { SessionTransport } from './session/session.js';
export type { SessionOptions } from './session/session-options.js';
export type { SessionRecord, SessionStore } from './session/session-store.js';
