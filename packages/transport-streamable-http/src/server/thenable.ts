/** What a callback of the user's returned: to be waited for, if it says so. */
export function isThenable<T>(value: T): value is T & PromiseLike<Awaited<T>> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}
