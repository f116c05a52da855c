import ipaddr from 'ipaddr.js';
import { ToolError } from '../tools/tool.js';
import type { AllowList } from './allow-list.js';

export interface ResolvedAddress {
  address: string;
  family: number;
}

/** Finds all addresses of a name, as `dns.promises.lookup` with `all` does. */
export type AddressLookup = (hostname: string) => Promise<ResolvedAddress[]>;

const LOOPBACK_NAME = /^(?:.+\.)?localhost$/;

/** Where a connection may go: an address itself, or a name whose addresses are still to be seen. */
export interface Destination {
  readonly host: string;
  readonly port: number;
  /** Set if the host is an address. */
  readonly address: string | undefined;
}

/**
 * Checks what can be known before any name is looked up.
 *
 * @throws ToolError when the host is not on the list.
 */
export function assertAllowedHost({ host, port, address }: Destination, allowList: AllowList): void {
  const own = address === undefined ? LOOPBACK_NAME.test(host) : rangeOf(address) === 'loopback';
  if (own && allowList.allowsLoopback(port)) return;
  if (allowList.allows(host, port)) return;
  throw new ToolError(
    `This server may not reach ${host}:${port}; it may reach ${allowList}. Its option --allow-fetch HOST[:PORT] allows more.`,
  );
}

/**
 * Checks an address that an allowed name turned out to have. It must be public, so that no name of somebody else's leads into the
 * network that this server stands in; a loopback name must lead to loopback; and any other address has to be on the list itself.
 *
 * @throws ToolError when it may not be reached.
 */
export function assertAllowedAddress(address: string, { host, port }: Destination, allowList: AllowList): void {
  const range = rangeOf(address);
  if (LOOPBACK_NAME.test(host) ? range === 'loopback' : range === 'unicast') return;
  const literal = address.includes(':') ? `[${address}]` : address;
  if (allowList.allows(literal, port)) return;
  throw new ToolError(
    `This server may not reach ${host}:${port}: the name leads to ${address}, an address of the kind "${range}". Its option --allow-fetch ${literal} allows that.`,
  );
}

/** What kind of address it is: `unicast` is public, everything else is not. An IPv4 address in the form of an IPv6 one counts as itself. */
function rangeOf(address: string): string {
  return ipaddr.process(address).range();
}
