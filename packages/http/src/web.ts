export { compressed } from './web/compression.js';
export { fromFetchHandler } from './web/from-fetch.js';
export { type FetchHandler, type FetchHandlerOptions, type FetchRequestExtras, toFetchHandler } from './web/web-handler.js';
