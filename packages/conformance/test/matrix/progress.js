import { clearLine, cursorTo } from 'node:readline';

/** How often a line is written where it cannot be written over. */
const LINE_MS = 10_000;

/**
 * Where each matrix stands, in one line: on a terminal it is written over, elsewhere there is a new one every ten seconds and at the end of
 * each matrix.
 *
 * @param {NodeJS.WriteStream} stream
 * @param {readonly string[]} names
 */
export function createProgress(stream, names) {
  const stands = new Map(names.map((name) => [name, undefined]));
  let shownAt = 0;
  const clear = () => {
    clearLine(stream, 0);
    cursorTo(stream, 0);
  };
  return {
    /**
     * @param {string} name
     * @param {{ done: number, total: number, name?: string }} progress
     */
    show(name, progress) {
      stands.set(name, progress);
      const parts = names.map((each) => {
        const { done, total } = stands.get(each) ?? {};
        return `${each} ${total === undefined ? 'waits' : `${done}/${total}`}`;
      });
      const text = `${parts.join(' · ')} · ${progress.name ?? ''}`;
      if (stream.isTTY) {
        clear();
        stream.write(text.slice(0, (stream.columns || 80) - 1));
        return;
      }
      const now = performance.now();
      if (now - shownAt < LINE_MS && progress.done < progress.total) return;
      shownAt = now;
      stream.write(`${text}\n`);
    },
    end() {
      if (stream.isTTY) clear();
    },
  };
}
