import type { HttpTarget } from '../target.js';
import { ParamHeaderBook } from './modern-headers.js';

/** The parts of the URL that are the same for all connections, and what is known about the server once one has learnt it. */
export interface Endpoint {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Whether DELETE is refused, so that nobody has to try again. */
  refusesDelete: boolean;
  /** What any client was told of tools that want headers: tools are the server's, not a connection's. */
  readonly toolHeaders: ParamHeaderBook;
}

export function createEndpoint(target: HttpTarget): Endpoint {
  return { url: new URL(target.url), headers: target.headers ?? {}, refusesDelete: false, toolHeaders: new ParamHeaderBook() };
}
