import { parse } from 'shell-quote';

/** On Windows a backslash separates folders, and a caret takes the meaning from the character behind it. */
const ESCAPE: string = (globalThis as { process?: { platform?: string } }).process?.platform === 'win32' ? '^' : '\\';

/**
 * Splits a command line into words, by spaces, quotes and backslashes (on Windows: carets). Nothing in it is run or replaced: `$HOME` and
 * `*.js` stay as they are.
 *
 * @throws TypeError for what only a shell could do (pipes, redirections, `&&`, comments), and for a quote that is not closed
 */
export function splitCommandLine(text: string): string[] {
  const open = unclosedQuote(text);
  if (open) throw new TypeError(`A ${open} is not closed in the command line ${JSON.stringify(text)}.`);
  return parse(text, (name) => `$${name}`, { escape: ESCAPE }).map((word) => {
    if (typeof word === 'string') return word;
    if ('pattern' in word) return word.pattern;
    const what = 'op' in word ? word.op : `#${word.comment}`;
    throw new TypeError(
      `Only a shell understands ${JSON.stringify(what)} in ${JSON.stringify(text)}, and none is used. Quote it, or name the shell: sh -c '…'.`,
    );
  });
}

function unclosedQuote(text: string): string | undefined {
  let open: string | undefined;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    // Between single quotes nothing has a meaning but the one that ends them.
    if (char === ESCAPE && open !== "'") i++;
    else if (char === open) open = undefined;
    else if (open === undefined && (char === '"' || char === "'")) open = char;
  }
  return open;
}
