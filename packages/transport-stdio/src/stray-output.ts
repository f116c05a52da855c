import process from 'node:process';

/**
 * From now on what anybody writes to `process.stdout` goes to stderr, except through a `write` that was taken from it before.
 *
 * @returns a function that undoes it.
 */
export function redirectStdout(): () => void {
  const { stdout, stderr } = process;
  const own = Object.getOwnPropertyDescriptor(stdout, 'write');
  const redirected = ((...args: Parameters<typeof stderr.write>) => stderr.write(...args)) as typeof stdout.write;
  stdout.write = redirected;
  return () => {
    // Somebody else may have replaced it since; then theirs stays.
    if (stdout.write !== redirected) return;
    if (own) Object.defineProperty(stdout, 'write', own);
    else delete (stdout as Partial<typeof stdout>).write;
  };
}
