export { splitCommandLine } from './command-line.js';
export { type ConnectOptions, connect } from './connect.js';
export { type Agreement, Connection, type Step } from './connection.js';
export type { Decision } from './decision.js';
export { type FallbackOptions, FallbackTransport } from './fallback-transport.js';
export { type NegotiateOptions, negotiate } from './negotiate.js';
export { type ParsedTarget, parseTarget, type Target } from './target.js';
