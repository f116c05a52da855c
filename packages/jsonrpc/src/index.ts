export { BaseTransport } from './base-transport.js';
export { DeliveryOrder } from './delivery-order.js';
export {
  ErrorCode,
  isJsonRpcError,
  isTransportError,
  JsonRpcError,
  LocalErrorCode,
  TransportError,
  type TransportErrorCode,
} from './errors.js';
export { createMemoryPair, type MemoryPairOptions } from './memory.js';
export {
  isErrorResponse,
  isNotification,
  isRequest,
  isResponse,
  isResultResponse,
  type JsonRpcErrorObject,
  type JsonRpcErrorResponse,
  type JsonRpcMessage,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type JsonRpcResponse,
  type JsonRpcResultResponse,
  type Params,
  type RequestId,
} from './message.js';
export { DEFAULT_MAX_MESSAGE_BYTES, encode, NdjsonDecoder, type NdjsonDecoderOptions } from './ndjson.js';
export { check, DEFAULT_MAX_BATCH_LENGTH, type Parsed, parse } from './parse.js';
export { type NotificationHandler, Peer, type PeerOptions, type RequestHandler, type RequestOptions } from './peer.js';
export type { Progress } from './pending.js';
export { BoundedQueue, type BoundedQueueOptions, DEFAULT_MAX_QUEUED_BYTES, DEFAULT_MAX_WAITING_SENDS } from './queue.js';
export type { RequestContext } from './request-context.js';
export { type TapObserver, tap } from './tap.js';
export type { CloseReason, MessageContext, SendOptions, StartOptions, Transport } from './transport.js';
