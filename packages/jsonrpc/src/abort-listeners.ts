interface Listener {
  callbacks: Set<() => void>;
  onabort: () => void;
}

/**
 * One listener on each signal, however many wait for it. A listener each would cost every new one a look at all before it, and
 * Node warns of a leak from the eleventh on.
 */
export class AbortListeners {
  readonly #bySignal = new Map<AbortSignal, Listener>();

  /**
   * Calls `callback` when `signal` aborts. It must not throw.
   * @returns a function that takes it back; the last one to go takes the listener with it.
   */
  add(signal: AbortSignal, callback: () => void): () => void {
    const { callbacks, onabort } = this.#bySignal.get(signal) ?? this.#listen(signal);
    callbacks.add(callback);
    return () => {
      if (!callbacks.delete(callback) || callbacks.size > 0) return;
      this.#bySignal.delete(signal);
      signal.removeEventListener('abort', onabort);
    };
  }

  #listen(signal: AbortSignal): Listener {
    const callbacks = new Set<() => void>();
    const onabort = (): void => {
      this.#bySignal.delete(signal);
      for (const callback of callbacks) callback();
    };
    const listener = { callbacks, onabort };
    this.#bySignal.set(signal, listener);
    signal.addEventListener('abort', onabort, { once: true });
    return listener;
  }
}
