import { parseFieldList } from './field-list.js';

/**
 * Which of `offers` to encode a response with, by the client's Accept-Encoding (RFC 9110 section 12.5.3): the one with the
 * highest weight; among equals, the first one. Undefined for none of them: the response goes as it is, and that is so
 * without the header too.
 * @param offers content codings in lower case, the preferred one first
 */
export function preferredEncoding<Coding extends string>(
  acceptEncoding: string | undefined,
  offers: readonly Coding[],
): Coding | undefined {
  if (acceptEncoding === undefined) return undefined;
  const weights = new Map<string, number>();
  for (const { value, quality } of parseFieldList(acceptEncoding)) {
    // Names that older clients use for the same thing (RFC 9110 section 8.4.1.3).
    const coding = value === 'x-gzip' ? 'gzip' : value;
    weights.set(coding, Math.max(quality, weights.get(coding) ?? 0));
  }
  const others = weights.get('*') ?? 0;
  // Identity is at least as welcome as what is not named at all.
  const asItIs = weights.get('identity') ?? 0;
  let preferred: Coding | undefined;
  let best = 0;
  for (const offer of offers) {
    const weight = weights.get(offer) ?? others;
    if (weight > best && weight >= asItIs) {
      preferred = offer;
      best = weight;
    }
  }
  return preferred;
}
