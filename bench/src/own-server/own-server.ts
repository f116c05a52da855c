import { parseTarget } from '@mcpwire/connect/node';
import { toPlain } from '../report/plain-text.js';

/** The request that is made again and again. */
export interface Call {
  readonly method: string;
  readonly params?: Readonly<Record<string, unknown>> | undefined;
}

/** What the reader asked to have measured. */
export interface OwnServerRequest {
  /** A command line, or a URL. */
  readonly target: string;
  /** Sent with every HTTP request. */
  readonly headers: Readonly<Record<string, string>>;
  /** The tool to call; without it the least that the server answers is asked. */
  readonly call?: Call | undefined;
  /** Requests a second that are never exceeded. */
  readonly maxPerSecond?: number | undefined;
}

/** A server that was met: everything that was negotiated is settled, so that what is measured has nothing to find out. It crosses a process border as JSON. */
export interface OwnServer extends OwnServerRequest {
  readonly call: Call;
  readonly transport: 'stdio' | 'streamable-http' | 'sse';
  readonly revision: string;
  /** Headers of a call may depend on the tool's schema, so the list of tools is read first. */
  readonly listsTools: boolean;
  readonly serverName: string;
  readonly serverVersion?: string | undefined;
}

/**
 * The host that load would go to when it is not this machine; undefined for a command and for loopback addresses.
 * A name that only resolves to loopback counts as another host: to be asked once too often harms nobody.
 * @throws TypeError for a target that can't be understood
 */
export function remoteHostOf(target: string): string | undefined {
  const parsed = parseTarget(target);
  if (parsed.kind === 'command') return undefined;
  const { hostname, host } = parsed.url;
  const isLoopback =
    hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
  return isLoopback ? undefined : host;
}

/** The target for a report: a URL without its query, which may hold a key; a command without control characters. */
export function describeTarget(target: string): string {
  const parsed = parseTarget(target);
  if (parsed.kind === 'command') return toPlain(target);
  const { url } = parsed;
  return toPlain(`${url.origin}${url.pathname}${url.search === '' ? '' : '?…'}`);
}
