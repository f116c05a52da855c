import { lookup as lookupAddresses } from 'node:dns/promises';
import http from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { ToolError } from '../tools/tool.js';
import { type AddressLookup, assertAllowedAddress, assertAllowedHost, type Destination } from './address.js';
import { type AllowList, canonicalHost } from './allow-list.js';
import { readText } from './text.js';

export interface FetchOptions {
  maxBytes: number;
  allowList: AllowList;
  /** How to find a name's addresses; default: the system's resolver. */
  lookup?: AddressLookup | undefined;
  /** Ends it early. */
  signal: AbortSignal;
  /** Milliseconds for everything, redirects included. Default 10,000. */
  timeoutMs?: number | undefined;
}

const MAX_REDIRECTS = 5;
const REDIRECT_STATUSES: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * The text behind a URL.
 *
 * Names are looked up once, and the connection goes to the addresses that were checked; every redirect is checked as the first URL was.
 *
 * @throws ToolError when it may not be reached, does not answer in time, is too long, is not text, or answers with another status than 2xx.
 */
export async function fetchText(url: string, options: FetchOptions): Promise<string> {
  const { signal, timeoutMs = 10_000 } = options;
  const controller = new AbortController();
  const giveUp = (): void => controller.abort(signal.reason);
  signal.addEventListener('abort', giveUp, { once: true });
  const timer = setTimeout(() => controller.abort(new ToolError(`${url} took longer than ${timeoutMs} ms.`)), timeoutMs);
  try {
    signal.throwIfAborted();
    return await follow(url, options, controller.signal);
  } catch (error) {
    // What is thrown when the signal ends a request says only that it did, not why.
    if (controller.signal.aborted) throw controller.signal.reason;
    if (error instanceof ToolError) throw error;
    throw new ToolError(`${url} could not be fetched: ${describe(error)}`, { cause: error });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
  }
}

async function follow(first: string, options: FetchOptions, signal: AbortSignal): Promise<string> {
  let url = parseUrl(first, undefined);
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const response = await get(url, options, signal);
    const { statusCode = 0, headers } = response;
    if (!REDIRECT_STATUSES.has(statusCode) || headers.location === undefined) return readText(url, response, options.maxBytes);
    response.destroy();
    url = parseUrl(headers.location, url);
  }
  throw new ToolError(`${first} redirects more than ${MAX_REDIRECTS} times.`);
}

function parseUrl(text: string, base: URL | undefined): URL {
  if (!URL.canParse(text, base?.href)) throw new ToolError(`${JSON.stringify(text.slice(0, 200))} is no URL.`);
  const url = new URL(text, base);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new ToolError(`${url.protocol} is not fetched; http: and https: are.`);
  if (url.username !== '' || url.password !== '') throw new ToolError('A URL with a user name or password in it is not fetched.');
  // What is checked and what is connected to shall be the same text.
  url.hostname = canonicalHost(url);
  return url;
}

/** Sends the request and resolves with the head of its answer. */
function get(url: URL, { allowList, lookup = systemLookup }: FetchOptions, signal: AbortSignal): Promise<http.IncomingMessage> {
  const destination = toDestination(url);
  assertAllowedHost(destination, allowList);
  const request = url.protocol === 'https:' ? https.request : http.request;
  return new Promise((resolve, reject) => {
    const outgoing = request(url, {
      signal,
      agent: false,
      lookup: checkedLookup(destination, allowList, lookup),
      headers: { accept: 'text/*, application/json', 'accept-encoding': 'identity', 'user-agent': 'mcpwire-reference-server' },
    });
    outgoing.on('response', resolve);
    outgoing.on('error', reject);
    outgoing.end();
  });
}

function toDestination(url: URL): Destination {
  const host = url.hostname;
  const bare = host.replace(/^\[|\]$/g, '');
  return { host, port: Number(url.port) || (url.protocol === 'https:' ? 443 : 80), address: isIP(bare) ? bare : undefined };
}

/** A resolver for the socket: it connects to what this hands over and asks nobody again. A host that is an address is never asked for. */
function checkedLookup(destination: Destination, allowList: AllowList, lookup: AddressLookup): LookupFunction {
  return (hostname, { all }, callback) => {
    const find = async (): Promise<void> => {
      const addresses = await lookup(hostname);
      // All of them: a name that mixes public addresses with others is up to no good.
      for (const { address } of addresses) assertAllowedAddress(address, destination, allowList);
      const [first] = addresses;
      if (first === undefined) throw new ToolError(`${hostname} has no address.`);
      if (all) callback(null, addresses);
      else callback(null, first.address, first.family);
    };
    find().catch((error: NodeJS.ErrnoException) => callback(error, ''));
  };
}

async function systemLookup(hostname: string): Promise<{ address: string; family: number }[]> {
  return lookupAddresses(hostname, { all: true });
}

/** A failed connection to several addresses has its reasons one level down. */
function describe(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map((each) => describe(each)).join('; ');
  return error instanceof Error ? error.message : String(error);
}
