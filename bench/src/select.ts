import leven from 'leven';
import picomatch from 'picomatch';

/** A name or pattern that matches nothing. */
export class SelectionError extends Error {
  override readonly name = 'SelectionError';
}

/**
 * The items whose name matches any of the patterns, in their own order; all of them when there are no patterns.
 * @throws SelectionError for a pattern that matches nothing, with the nearest names.
 */
export function selectByName<T extends { readonly name: string }>(
  items: readonly T[],
  patterns: readonly string[],
  what: string,
): readonly T[] {
  if (patterns.length === 0) return items;
  const matchers = patterns.map((pattern) => {
    const matches = picomatch(pattern);
    if (!items.some(({ name }) => matches(name) || name === pattern)) throw new SelectionError(describeUnknown(pattern, items, what));
    return (name: string) => matches(name) || name === pattern;
  });
  return items.filter(({ name }) => matchers.some((matches) => matches(name)));
}

function describeUnknown(pattern: string, items: readonly { readonly name: string }[], what: string): string {
  const names = items.map(({ name }) => name);
  const distance = (name: string): number => leven(pattern, name) - (name.includes(pattern) ? name.length : 0);
  const nearest = [...names].sort((a, b) => distance(a) - distance(b)).slice(0, 3);
  const hint = what === 'scenario' || what === 'target' ? ' --list shows all.' : '';
  return `no ${what} matches '${pattern}'. Nearest: ${nearest.join(', ')}.${hint}`;
}
