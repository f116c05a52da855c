/**
 * Waits for `promise`, but no longer than `ms` and no longer than until `signal` aborts, and leaves no timer and no listener behind.
 *
 * @param ms Infinity for no limit
 * @returns false if time ran out.
 */
export async function within(ms: number, promise: Promise<unknown>, signal?: AbortSignal): Promise<boolean> {
  if (signal?.aborted) return true;
  let timer: NodeJS.Timeout | undefined;
  let onabort!: () => void;
  const stopped = new Promise<boolean>((resolve) => {
    if (ms !== Number.POSITIVE_INFINITY) timer = setTimeout(resolve, ms, false);
    onabort = () => resolve(true);
    signal?.addEventListener('abort', onabort, { once: true });
  });
  try {
    return await Promise.race([promise.then(() => true), stopped]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onabort);
  }
}
