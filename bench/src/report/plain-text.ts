import { stripVTControlCharacters } from 'node:util';

/** A text from a server as one line that a terminal can show: no escape sequences, no other control characters. */
export function toPlain(text: string, maxCharacters = 300): string {
  const line = stripVTControlCharacters(text)
    .replace(/\p{Cc}+/gu, ' ')
    .trim();
  return line.length > maxCharacters ? `${line.slice(0, maxCharacters)}…` : line;
}
