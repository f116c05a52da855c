import { readFileSync } from 'node:fs';
import type { Catalogue } from './catalogue.js';
import type { Revision } from './revision.js';

let version: string | undefined;

/** The version in this package's package.json. */
export function packageVersion(): string {
  version ??= (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }).version;
  return version;
}

/** What `serverInfo` is in a revision. */
export function serverInfo({ titles, descriptions }: Revision): object {
  return {
    name: 'mcpwire-reference-server',
    version: packageVersion(),
    ...(titles && { title: 'mcpwire reference server' }),
    ...(descriptions && { description: 'Small tools, resources and prompts to try MCP clients and transports against.' }),
  };
}

/** What a server can do in a revision. It promises word of changes only where its lists do change. */
export function capabilities({ modern, completions }: Revision, catalogue: Catalogue): object {
  const list = catalogue.onchange ? { listChanged: true } : {};
  return {
    tools: list,
    prompts: list,
    resources: { subscribe: true },
    // Deprecated in 2026-07-28: a new implementation should not take it up there.
    ...(!modern && { logging: {} }),
    ...(completions && catalogue.completions && { completions: {} }),
  };
}

export const instructions: string =
  'A server to try clients and transports against. set_note changes the resource reference://note, and whoever subscribed to it hears of that.';
