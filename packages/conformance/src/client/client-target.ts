import type { TransportKind } from '../connection.js';

/** A client that is started once for each scene, and told where the raw server is. */
export interface ClientTarget {
  readonly transport: Exclude<TransportKind, 'sse'>;
  /** The program. It is started without a shell. */
  readonly command: string;
  /**
   * The words that lead to the raw server are added at the end: a URL, or the command that the client has to start. Where a word is
   * `{url}` or `{command}`, they stand there instead; inside a longer word that is replaced by all of them as one text.
   */
  readonly args?: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

const PLACEHOLDER = /\{(?:url|command)\}/g;

/** The arguments with the way to the raw server in them. */
export function argumentsFor({ args = [] }: ClientTarget, address: readonly string[]): string[] {
  if (!args.some((word) => word.search(PLACEHOLDER) >= 0)) return [...args, ...address];
  const text = address.map((word) => (/[\s"']/.test(word) ? JSON.stringify(word) : word)).join(' ');
  return args.flatMap((word) => (/^\{(?:url|command)\}$/.test(word) ? address : [word.replace(PLACEHOLDER, () => text)]));
}

/** What a client finds in its environment besides the words. */
export function environmentFor({ transport, env }: ClientTarget, address: readonly string[]): Record<string, string> {
  const own: Record<string, string> =
    transport === 'stdio' ? { MCP_CONFORMANCE_COMMAND: JSON.stringify(address) } : { MCP_CONFORMANCE_URL: address[0] ?? '' };
  return { ...env, ...own };
}
