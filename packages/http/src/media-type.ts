import { type FieldMember, isToken, parseFieldList, parseFieldMember } from './field-list.js';

export interface MediaType {
  /** `type/subtype`, in lower case. */
  readonly essence: string;
  /** Names in lower case, values as they were sent. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** Reads a Content-Type (RFC 9110 section 8.3.1). Undefined when it is malformed, as two of them joined are. */
export function parseMediaType(text: string): MediaType | undefined {
  const member = parseFieldMember(text);
  if (!member) return undefined;
  const [type = '', subtype = '', ...more] = member.value.split('/');
  return more.length === 0 && isToken(type) && isToken(subtype) ? { essence: member.value, parameters: member.parameters } : undefined;
}

/**
 * Whether a Content-Type says `expected`, whatever its case and its parameters; but a charset that is not UTF-8 says
 * something else.
 * @param expected in lower case, without parameters: `application/json`
 */
export function isMediaType(contentType: string | undefined, expected: string): boolean {
  if (contentType === undefined) return false;
  if (contentType === expected) return true;
  const parsed = parseMediaType(contentType);
  return parsed?.essence === expected && isUtf8(parsed.parameters.get('charset'));
}

/**
 * How much a client wants `offer`, by its Accept: 0 (not at all) to 1. The most specific range decides, so that
 * `text/html;q=0, *` takes anything but HTML (RFC 9110 section 12.5.1). Without the header, everything is welcome.
 * @param offer in lower case, without parameters. It counts as UTF-8 where a range asks for a charset.
 */
export function acceptQuality(accept: string | undefined, offer: string): number {
  if (accept === undefined) return 1;
  const ranges = parseAccept(accept);
  if (ranges.length === 0 && accept.trim() === '') return 1;
  const anySubtype = `${offer.slice(0, offer.indexOf('/'))}/*`;
  let best = -1;
  let quality = 0;
  for (const range of ranges) {
    const specificity = specificityOf(range, offer, anySubtype);
    // Of two that are equally specific, the kinder one counts.
    if (specificity > best || (specificity === best && range.quality > quality)) {
      best = specificity;
      quality = range.quality;
    }
  }
  return best < 0 ? 0 : quality;
}

/** Whether a client takes `offer` at all. */
export function accepts(accept: string | undefined, offer: string): boolean {
  return acceptQuality(accept, offer) > 0;
}

/** The offer that a client likes best; among equals, the first one. Undefined when it takes none. */
export function preferredMediaType(accept: string | undefined, offers: readonly string[]): string | undefined {
  let preferred: string | undefined;
  let best = 0;
  for (const offer of offers) {
    const quality = acceptQuality(accept, offer);
    if (quality > best) {
      preferred = offer;
      best = quality;
    }
  }
  return preferred;
}

/** -1 when the range does not hold the offer. */
function specificityOf(range: FieldMember, offer: string, anySubtype: string): number {
  const { value, parameters } = range;
  const base = value === offer ? 2 : value === anySubtype ? 1 : value === '*/*' || value === '*' ? 0 : -1;
  if (base < 0 || parameters.size === 0) return base;
  return parameters.size === 1 && parameters.has('charset') && isUtf8(parameters.get('charset')) ? base + 0.5 : -1;
}

function isUtf8(charset: string | undefined): boolean {
  return charset === undefined || /^utf-?8$/i.test(charset);
}

/** Clients send the same few headers again and again. */
const parsedAccepts = new Map<string, readonly FieldMember[]>();
const MAX_REMEMBERED = 64;
const MAX_REMEMBERED_LENGTH = 256;

function parseAccept(accept: string): readonly FieldMember[] {
  const known = parsedAccepts.get(accept);
  if (known) return known;
  const ranges = parseFieldList(accept);
  if (accept.length <= MAX_REMEMBERED_LENGTH) {
    if (parsedAccepts.size >= MAX_REMEMBERED) parsedAccepts.clear();
    parsedAccepts.set(accept, ranges);
  }
  return ranges;
}
