/** One entry: a host under its canonical name, `loopback` for all of this machine's own, and the port, if only one is meant. */
export interface AllowedHost {
  readonly host: string;
  readonly port: number | undefined;
}

/** The entry that stands for this machine, and for no host of that name. */
const LOOPBACK = 'loopback';

const ENTRY = /^(\[[\da-f:.]+\]|[^:[\]/?#@\s]+)(?::(\d{1,5}))?$/i;

/** The hosts that may be reached, as they were named. Whether a name's addresses are what they seem is not its question. */
export class AllowList {
  readonly entries: readonly AllowedHost[];

  /**
   * @param entries each `HOST` or `HOST:PORT`, an IPv6 address in brackets; `loopback` for any loopback name or address
   * @throws TypeError for an entry of another form.
   */
  constructor(entries: readonly string[]) {
    this.entries = entries.map(parseEntry);
  }

  /** Whether this very host is on the list, as a canonical name or an address. */
  allows(host: string, port: number): boolean {
    return host !== LOOPBACK && this.#names(host, port);
  }

  /** Whether every loopback name and address is. */
  allowsLoopback(port: number): boolean {
    return this.#names(LOOPBACK, port);
  }

  /** As it was written, for messages. */
  toString(): string {
    return this.entries.map(({ host, port }) => (port === undefined ? host : `${host}:${port}`)).join(', ') || '(nothing)';
  }

  #names(host: string, port: number): boolean {
    return this.entries.some((entry) => entry.host === host && (entry.port === undefined || entry.port === port));
  }
}

function parseEntry(entry: string): AllowedHost {
  const [, host, port] = ENTRY.exec(entry) ?? [];
  const number = port === undefined ? undefined : Number(port);
  if (host === undefined || !URL.canParse(`http://${host}/`) || (number !== undefined && (number < 1 || number > 65_535))) {
    throw new TypeError(`${JSON.stringify(entry)} is no host to allow. Write HOST, HOST:PORT or [IPV6]:PORT, without a scheme or a path.`);
  }
  return { host: canonicalHost(new URL(`http://${host}/`)), port: number };
}

/** A URL's host as it can be compared: lower case, punycode, no trailing dot, and addresses in their shortest form. */
export function canonicalHost(url: URL): string {
  return url.hostname.replace(/\.$/, '');
}
