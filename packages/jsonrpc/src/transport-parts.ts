/*
 * What a transport is built from, all of it exported by the root entry too. An entry of its own, because a stdio server is started
 * for each client: without `Peer`, the memory pair and the tap, half as many modules are loaded.
 */
export { BaseTransport } from './base-transport.js';
export { DeliveryOrder } from './delivery-order.js';
export { ErrorCode, isJsonRpcError, JsonRpcError, LocalErrorCode, TransportError } from './errors.js';
export { encode, NdjsonDecoder, type NdjsonDecoderOptions } from './ndjson.js';
export { check, type Parsed, parse } from './parse.js';
export { BoundedQueue, type BoundedQueueOptions } from './queue.js';
