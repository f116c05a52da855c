export { type PipeOptions, PipeTransport } from './pipe.js';
export type { StreamOptions } from './stream-transport.js';
