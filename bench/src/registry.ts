import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** Something that stands in a file of its own and is known by its name. */
export interface Named {
  readonly name: string;
}

/** What was found in a folder, and the file that each stands in. */
export interface Registry<T extends Named> {
  readonly items: readonly T[];
  /** The URL of each one's module, by its name: a process that needs one alone need not load them all. */
  readonly modules: ReadonlyMap<string, string>;
}

/**
 * Loads every module of a folder and takes what they export of one kind, in the order of `order`: a new one is one file. What `order` does not name comes after
 * those whose name begins alike up to a slash, or last.
 * @throws Error when two have the same name.
 */
export async function loadRegistry<T extends Named>(
  folder: URL,
  isOne: (value: unknown) => value is T,
  order: readonly string[],
): Promise<Registry<T>> {
  const files = (await readdir(fileURLToPath(folder))).filter((file) => /(?<!\.d|^index)\.[jt]s$/.test(file)).sort();
  const found = await Promise.all(
    files.map(async (file) => {
      const url = new URL(file, folder).href;
      return { url, exported: Object.values((await import(url)) as object).filter(isOne) };
    }),
  );
  const items: T[] = [];
  const modules = new Map<string, string>();
  for (const { url, exported } of found) {
    for (const item of exported) {
      if (modules.has(item.name))
        throw new Error(`${item.name} stands in ${modules.get(item.name)} and in ${url}: one has to go, or to change its name`);
      modules.set(item.name, url);
      items.push(item);
    }
  }
  const rank = toRank(order);
  return { items: items.sort((a, b) => rank(a.name) - rank(b.name) || a.name.localeCompare(b.name)), modules };
}

function toRank(order: readonly string[]): (name: string) => number {
  const firstPart = (name: string): string => name.split('/', 1)[0] as string;
  return (name) => {
    const own = order.indexOf(name);
    if (own !== -1) return own;
    const alike = order.findLastIndex((other) => firstPart(other) === firstPart(name));
    return alike === -1 ? order.length : alike + 0.5;
  };
}
