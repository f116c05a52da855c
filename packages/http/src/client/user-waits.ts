/** The waits of one client for functions of its user, which nothing aborts and which may never come to an end: a dialogue, a keychain. */
export class UserWaits {
  readonly #pending = new Set<(error: Error) => void>();

  /**
   * Waits for a task, but no longer than `endAll` and a signal allow. What the task itself leads to is not ended by that.
   * @param toError makes what this rejects with when the signal aborts
   */
  async during<T>(task: Promise<T>, signal?: AbortSignal, toError: (signal: AbortSignal) => Error = abortReason): Promise<T> {
    let onabort: (() => void) | undefined;
    let fail!: (error: Error) => void;
    try {
      return await new Promise<T>((resolve, reject) => {
        fail = reject;
        this.#pending.add(fail);
        if (signal) {
          onabort = () => reject(toError(signal));
          signal.addEventListener('abort', onabort, { once: true });
        }
        task.then(resolve, reject);
      });
    } finally {
      this.#pending.delete(fail);
      if (onabort) signal?.removeEventListener('abort', onabort);
    }
  }

  /** Ends every wait, with this error. */
  endAll(error: Error): void {
    for (const fail of [...this.#pending]) fail(error);
  }
}

function abortReason({ reason }: AbortSignal): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
