import { fileURLToPath } from 'node:url';
import { runClient } from '@mcpwire/conformance';

const program = fileURLToPath(new URL('./client.js', import.meta.url));

/**
 * The client with this fault, or without any.
 *
 * @param {'stdio' | 'streamable-http'} transport
 * @param {string} [name]
 * @returns {import('@mcpwire/conformance').ClientTarget}
 */
export function clientWith(transport, name) {
  return { transport, command: process.execPath, args: [program, ...(name === undefined ? [] : ['--fault', name])] };
}

/**
 * Judges the client with this fault in the revision that the fault is of.
 *
 * @param {string} name
 * @param {import('./faults/index.js').ClientFault} fault
 * @param {Partial<import('@mcpwire/conformance').RunClientOptions>} [options]
 */
export function runClientFault(name, { transport, revision }, options = {}) {
  return runClient({ client: clientWith(transport, name), revisions: [revision], timeoutMs: 2_500, concurrency: 4, ...options });
}
