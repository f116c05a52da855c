import { fileURLToPath } from 'node:url';
import { run } from '@mcpwire/conformance';

const program = fileURLToPath(new URL('./stdio.js', import.meta.url));

/**
 * Judges the server with this fault, or without any, over stdio.
 *
 * @param {string | undefined} name
 * @param {{ revision: string, modernOnly?: boolean } | undefined} fault
 * @param {Partial<import('@mcpwire/conformance').RunOptions>} [options]
 */
export function runFault(name, fault, options = {}) {
  const args = [program, ...(name === undefined ? [] : ['--fault', name]), ...(fault?.modernOnly ? ['--modern-only'] : [])];
  return run({
    target: { transport: 'stdio', command: process.execPath, args },
    ...(fault && { revisions: [/** @type {any} */ (fault.revision)] }),
    probeTool: { name: 'echo', args: { text: 'hello' } },
    slowTool: { name: 'slow', args: { ms: 400 } },
    timeoutMs: 2_500,
    quietMs: 100,
    ...options,
  });
}
