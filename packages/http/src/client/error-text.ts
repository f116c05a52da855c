const EXCERPT_CHARACTERS = 200;

/** The beginning of something from the wire, 200 characters at most and safe to print, on its way into a message. */
export function quote(text: string): string {
  const excerpt = text.length > EXCERPT_CHARACTERS ? `${text.slice(0, EXCERPT_CHARACTERS)}…` : text;
  return JSON.stringify(excerpt.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' '));
}

/** A sentence about a response: what was asked, and how it was answered. */
export function describeStatus(what: string, status: number, text: string): string {
  return `${what} was answered with HTTP ${status}${text === '' ? '' : `: ${quote(text)}`}`;
}
