/** The tools that every measured server has, so that all of them do the same work. A tool answers with a text. */
export interface Tools {
  /** The text that it was given. */
  echo(args: { text: string }): string;
  /** Waits for `release`, then answers with its key. */
  hold(args: { key: string }): Promise<string>;
  /** How many are waiting. */
  held(): string;
  /** Lets all that wait go at once, in the order they came. */
  release(): string;
}

/** The tools of one server. */
export function createTools(): Tools {
  let waiting: { key: string; resolve: (key: string) => void }[] = [];
  return {
    echo: ({ text }) => text,
    hold: ({ key }) => new Promise((resolve) => waiting.push({ key, resolve })),
    held: () => String(waiting.length),
    release: () => {
      const going = waiting;
      waiting = [];
      for (const { key, resolve } of going) resolve(key);
      return String(going.length);
    },
  };
}
