import { splitCommandLine } from './command-line.js';

/**
 * What to connect to: a command line or a URL as text, a `URL`, or a command with its arguments as a list, whose parts are taken
 * as they are.
 */
export type Target = string | URL | readonly [command: string, ...args: string[]];

export type ParsedTarget =
  | { readonly kind: 'command'; readonly command: string; readonly args: readonly string[] }
  | {
      readonly kind: 'url';
      readonly url: URL;
      /** The transport that the scheme names; undefined when the server's answers decide. */
      readonly transport: 'streamable-http' | 'sse' | undefined;
    };

const SCHEMES = 'https://, http://, mcp+https://, mcp+http://, mcp+sse://, mcp+sse+https://, mcp+sse+http:// and mcp+stdio:';

/**
 * Understands a target.
 *
 * | target | means |
 * |---|---|
 * | `https://…`, `http://…` | Streamable HTTP, or HTTP+SSE where the server has only that |
 * | `mcp+https://…`, `mcp+http://…` | Streamable HTTP and nothing else |
 * | `mcp+sse+https://…`, `mcp+sse+http://…` | HTTP+SSE and nothing else |
 * | `mcp+sse://…` | the same; https, or http to this machine |
 * | `mcp+stdio:command line`, or any other text | a command, started without a shell |
 *
 * @throws TypeError for an unknown scheme, a URL that is none, an empty command, or one that only a shell could run
 */
export function parseTarget(target: Target): ParsedTarget {
  if (typeof target !== 'string') return target instanceof URL ? parseUrl(target.href) : toCommand(target);
  const text = target.trim();
  if (/^mcp\+stdio:/i.test(text)) return toCommand(splitCommandLine(text.slice('mcp+stdio:'.length).replace(/^\/\//, '')));
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? parseUrl(text) : toCommand(splitCommandLine(text));
}

function parseUrl(text: string): ParsedTarget {
  const [, scheme = '', rest = ''] = /^([^:]*):\/\/(.*)$/s.exec(text) ?? [];
  switch (scheme.toLowerCase()) {
    case 'http':
    case 'https':
      return { kind: 'url', url: toUrl(text), transport: undefined };
    case 'mcp+http':
    case 'mcp+https':
      return { kind: 'url', url: toUrl(text.slice('mcp+'.length)), transport: 'streamable-http' };
    case 'mcp+sse+http':
    case 'mcp+sse+https':
      return { kind: 'url', url: toUrl(text.slice('mcp+sse+'.length)), transport: 'sse' };
    case 'mcp+sse': {
      const url = toUrl(`https://${rest}`);
      return { kind: 'url', url: isLoopback(url) ? toUrl(`http://${rest}`) : url, transport: 'sse' };
    }
    default:
      throw new TypeError(`${JSON.stringify(`${scheme}://`)} is no scheme of MCP. These are: ${SCHEMES}.`);
  }
}

function toUrl(text: string): URL {
  if (!URL.canParse(text)) throw new TypeError(`${JSON.stringify(text)} is not a URL.`);
  const url = new URL(text);
  // fetch refuses such a URL, undici drops them without a word.
  if (url.username || url.password) throw new TypeError('A URL with a user name or password is not taken: give an Authorization header.');
  return url;
}

function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '[::1]' || /^127(?:\.\d+){3}$/.test(hostname);
}

function toCommand([command, ...args]: readonly string[]): ParsedTarget {
  if (!command) throw new TypeError('An empty command line: give a command, as in "npx -y some-server", or a URL.');
  return { kind: 'command', command, args };
}
