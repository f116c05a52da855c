export { PipeTransport, type PipeOptions } from './pipe.js';
export type { StreamOptions } from './stream-transport.js';
