import { type HttpHandler, type HttpRequest, type HttpResponse, textResponse } from './message.js';

/** Names of this machine for itself. */
export const LOOPBACK_HOSTS: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

export interface OriginGuardOptions {
  /**
   * Hosts that this server answers to: `example.com` (with any port), `example.com:8443`, `[::1]`. 'any' turns the check
   * off, which is safe only where no browser reaches the server, or something in front checks. Default: the loopback names.
   */
  allowedHosts?: readonly string[] | 'any' | undefined;
  /**
   * Origins whose pages may send requests: `https://app.example.com`, `http://localhost:*` for any port, or a scheme of
   * its own, `vscode-webview://id`. 'null' allows sandboxed pages and files, from wherever. 'any' turns the check off.
   * Default: `http` and `https` at the hosts of `allowedHosts`, and only those.
   */
  allowedOrigins?: readonly string[] | 'any' | undefined;
}

/** Says whether a request may pass: undefined if so, and the 403 to answer if not. */
export type OriginGuard = (request: HttpRequest) => HttpResponse | undefined;

/**
 * Keeps out pages of other sites: those that reach a local server through a name of their own (DNS rebinding) by the Host,
 * and those that send it requests directly by the Origin. A request without an Origin does not come from a page.
 * @throws TypeError for an entry that names no host or origin
 */
export function createOriginGuard(options: OriginGuardOptions = {}): OriginGuard {
  const hosts = toHostList(options);
  const isAllowed = createOriginTest(options);
  return (request) => {
    const { host, origin } = request.headers;
    if (hosts && !hosts.has(host)) return refused('Host', 'allowedHosts');
    if (origin !== undefined && !isAllowed(origin)) return refused('Origin', 'allowedOrigins');
    return undefined;
  };
}

/** Says whether a guard with these options lets pages of an origin in. @throws TypeError as `createOriginGuard` does */
export function createOriginTest(options: OriginGuardOptions): (origin: string) => boolean {
  const { allowedOrigins } = options;
  if (allowedOrigins === 'any') return () => true;
  if (allowedOrigins) return toOriginTest(allowedOrigins);
  const hosts = toHostList(options);
  return (origin) => hosts !== undefined && isAtHost(origin, hosts);
}

function toHostList({ allowedHosts = LOOPBACK_HOSTS }: OriginGuardOptions): HostList | undefined {
  return allowedHosts === 'any' ? undefined : new HostList(allowedHosts);
}

/** `handler`, behind a guard. */
export function guarded(handler: HttpHandler, options?: OriginGuardOptions): HttpHandler {
  const guard = createOriginGuard(options);
  return (request) => guard(request) ?? handler(request);
}

/** Nothing of the value is repeated: it comes from whoever is being kept out. */
function refused(field: string, option: string): HttpResponse {
  return textResponse(403, `Forbidden: this server does not serve requests with this ${field}. Its owner can allow it by ${option}.\n`);
}

interface Authority {
  readonly hostname: string;
  /** '' for the scheme's own. */
  readonly port: string;
}

const authority = /^(\[[0-9a-f:.]{2,45}\]|[a-z0-9_](?:[a-z0-9_.-]{0,252}[a-z0-9_])?\.?)(?::(\d{1,5}))?$/i;

/** Undefined for whatever is not exactly a host and perhaps a port. */
function parseAuthority(text: string): Authority | undefined {
  const match = authority.exec(text);
  if (!match) return undefined;
  const [, hostname = '', port = ''] = match;
  return { hostname: hostname.startsWith('[') ? canonicalIpv6(hostname) : hostname.toLowerCase().replace(/\.$/, ''), port };
}

/** One address has many spellings: `[0:0:0:0:0:0:0:1]` is `[::1]`. */
function canonicalIpv6(hostname: string): string {
  return URL.canParse(`http://${hostname}`) ? new URL(`http://${hostname}`).hostname : hostname;
}

/** So many accepted values are remembered, so that the usual one costs a look-up. */
const MAX_REMEMBERED = 64;

class HostList {
  readonly #anyPort = new Set<string>();
  readonly #exact = new Set<string>();
  readonly #accepted = new Set<string>();

  constructor(entries: readonly string[]) {
    for (const entry of entries) {
      const parsed = parseAuthority(entry);
      if (!parsed)
        throw new TypeError(`allowedHosts: ${JSON.stringify(entry)} is not a host. Write example.com, example.com:8443 or [::1].`);
      if (parsed.port === '') this.#anyPort.add(parsed.hostname);
      else this.#exact.add(`${parsed.hostname}:${parsed.port}`);
      // A scheme's own port is left out of Host, and a proxy that ends TLS makes it hard to know which scheme it was.
      if (parsed.port === '80' || parsed.port === '443') this.#exact.add(`${parsed.hostname}:`);
    }
  }

  has(host: string | undefined): boolean {
    if (host === undefined) return false;
    if (this.#accepted.has(host)) return true;
    const parsed = parseAuthority(host);
    if (!parsed || !this.hasAuthority(parsed)) return false;
    if (this.#accepted.size >= MAX_REMEMBERED) this.#accepted.clear();
    this.#accepted.add(host);
    return true;
  }

  hasAuthority({ hostname, port }: Authority, defaultPort = ''): boolean {
    return this.#anyPort.has(hostname) || this.#exact.has(`${hostname}:${port === '' ? defaultPort : port}`);
  }
}

const httpOrigin = /^(https?):\/\/([^/]*)$/i;
const otherOrigin = /^[a-z][a-z0-9+.-]*:\/\/[^/\s,]+$/i;

function toOriginTest(allowed: readonly string[]): (origin: string) => boolean {
  const exact = new Set<string>();
  const anyPort = new Set<string>();
  for (const entry of allowed) {
    const isAnyPort = entry.endsWith(':*');
    const origin = entry === 'null' ? 'null' : normaliseOrigin(isAnyPort ? entry.slice(0, -2) : entry);
    if (origin === undefined) {
      throw new TypeError(
        `allowedOrigins: ${JSON.stringify(entry)} is not an origin. Write https://example.com, or http://localhost:* for any port.`,
      );
    }
    (isAnyPort ? anyPort : exact).add(origin);
  }
  return (origin) => {
    if (origin === 'null') return exact.has('null');
    const normal = normaliseOrigin(origin);
    return normal !== undefined && (exact.has(normal) || anyPort.has(normal.replace(/:\d+$/, '')));
  };
}

function isAtHost(origin: string, hosts: HostList): boolean {
  const [, scheme = '', rest = ''] = httpOrigin.exec(origin) ?? [];
  const parsed = parseAuthority(rest);
  return parsed !== undefined && hosts.hasAuthority(parsed, defaultPorts[scheme.toLowerCase()]);
}

const defaultPorts: Readonly<Record<string, string>> = { http: '80', https: '443' };

/** As a browser would write it: in lower case, without the scheme's own port. Undefined for what is no origin. */
function normaliseOrigin(origin: string): string | undefined {
  const match = httpOrigin.exec(origin);
  if (!match) return otherOrigin.test(origin) ? origin.toLowerCase() : undefined;
  const scheme = (match[1] as string).toLowerCase();
  const parsed = parseAuthority(match[2] as string);
  if (!parsed) return undefined;
  const port = parsed.port === '' || parsed.port === defaultPorts[scheme] ? '' : `:${parsed.port}`;
  return `${scheme}://${parsed.hostname}${port}`;
}
