export { type ContentCoding, compressed, type NodeCompressionOptions } from './node/compression.js';
export type { NodeRequest } from './node/node-exchange.js';
export { type NodeHandler, type NodeHandlerOptions, type NodeRequestExtras, openSink, toNodeHandler } from './node/node-handler.js';
export type { NodeResponse } from './node/node-response.js';
export { createHttpServer, type HttpServer, type HttpServerOptions } from './node/node-server.js';
