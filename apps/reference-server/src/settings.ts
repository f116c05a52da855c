import { type Catalogue, standardCatalogue } from './catalogue.js';
import type { AddressLookup } from './fetch/address.js';
import { AllowList } from './fetch/allow-list.js';
import { Note } from './note.js';

export interface ReferenceServerOptions {
  /** What is offered. Default: the tools, resources and prompts that the README lists. */
  catalogue?: Catalogue | undefined;
  /**
   * What the tool `fetch` may reach, each as `HOST` or `HOST:PORT`; `loopback` stands for this machine under any of its loopback names
   * and addresses. Default: `loopback` alone.
   */
  allowFetch?: readonly string[] | undefined;
  /** How the tool `fetch` finds the addresses of a name. Default: the system's resolver. */
  lookup?: AddressLookup | undefined;
  /** Items on a page of a list. Default 100, which is all there are. */
  pageSize?: number | undefined;
  /** The note that `set_note` changes. Give several servers the same one, and a client of one hears what a client of another wrote. */
  note?: Note | undefined;
  /**
   * Whether all messages share one channel, as on stdio. Then the end of a subscription is also told by `notifications/cancelled`; where
   * each request has a stream of its own, that stream's end says it. Default true.
   */
  sharedChannel?: boolean | undefined;
  /** Requests worked on at once; one more is answered with -31001. Default 1,024. */
  maxInFlight?: number | undefined;
  /** Told of everything that goes wrong and that no answer tells the client. */
  onerror?: ((error: Error) => void) | undefined;
}

/** `ReferenceServerOptions` with every default filled in. */
export interface Settings {
  readonly catalogue: Catalogue;
  readonly allowFetch: AllowList;
  readonly lookup: AddressLookup | undefined;
  readonly pageSize: number;
  readonly note: Note;
  readonly sharedChannel: boolean;
}

/** @throws TypeError for an entry of `allowFetch` that is none; RangeError for a page size below 1. */
export function toSettings(options: ReferenceServerOptions): Settings {
  const { pageSize = 100 } = options;
  if (!Number.isSafeInteger(pageSize) || pageSize < 1) throw new RangeError(`pageSize is ${pageSize}; it must be a whole number above 0`);
  return {
    catalogue: options.catalogue ?? standardCatalogue,
    allowFetch: new AllowList(options.allowFetch ?? ['loopback']),
    lookup: options.lookup,
    pageSize,
    note: options.note ?? new Note(),
    sharedChannel: options.sharedChannel ?? true,
  };
}
