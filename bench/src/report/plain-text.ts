import { stripVTControlCharacters } from 'node:util';

/** A text from a server as one line that a terminal can show: no escape sequences, no other control characters. */
export function toPlain(text: string, maxCharacters = 300): string {
  const line = stripVTControlCharacters(text)
    .replace(/\p{Cc}+/gu, ' ')
    .trim();
  return line.length > maxCharacters ? `${line.slice(0, maxCharacters)}…` : line;
}

/** A text in lines of so many characters at most, the first begun with `first` and the others with as many blanks. A word that is longer stays whole. */
export function wrapWords(text: string, columns: number, first = ''): string {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length + first.length <= columns) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.map((line, i) => `${i === 0 ? first : ' '.repeat(first.length)}${line}`).join('\n');
}
