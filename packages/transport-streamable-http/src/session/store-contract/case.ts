import { StoreContractViolation } from './violation.js';

/**
 * Makes an empty store. A case may make several; they share nothing. What has `Symbol.asyncDispose` or `Symbol.dispose` is disposed of
 * after the case.
 * @param limits given by cases that need the limits of those names
 */
export type CreateStore<Store, Limits> = (limits?: Limits) => Store | Promise<Store>;

/** One promise that a store makes, and the code that holds it to it. */
export interface StoreCase<Store, Limits, Ability extends string> {
  /** Never changes once published: `topic/what`. */
  readonly id: string;
  /** The promise, as a sentence. */
  readonly title: string;
  /** Optional methods, and limits, that a store must have for this case to apply. */
  readonly needs: readonly Ability[];
  /**
   * @throws StoreContractViolation when the store broke the promise; any other error when it could not be made, or lacks what the case
   *   needs.
   */
  run(createStore: CreateStore<Store, Limits>, options?: StoreRunOptions): Promise<void>;
}

export interface StoreRunOptions {
  /** How long the case may take. Default 10,000 ms. A hang ends then, as a violation. */
  limitMs?: number | undefined;
}

type Body<Store, Limits> = (create: (limits?: Limits) => Promise<Store>) => Promise<void>;

export function defineStoreCase<Store extends object, Limits, Ability extends string>(
  spec: { id: string; title: string; needs?: readonly Ability[] },
  body: Body<Store, Limits>,
): StoreCase<Store, Limits, Ability> {
  const { id, title, needs = [] } = spec;
  return Object.freeze({
    id,
    title,
    needs: Object.freeze([...needs]),
    async run(createStore: CreateStore<Store, Limits>, { limitMs = 10_000 }: StoreRunOptions = {}): Promise<void> {
      const made: Store[] = [];
      const create = async (limits?: Limits): Promise<Store> => {
        const store = await createStore(limits);
        made.push(store);
        return store;
      };
      try {
        await within(limitMs, body(create));
      } catch (error) {
        if (error instanceof StoreContractViolation) error.caseId = id;
        throw error;
      } finally {
        for (const store of made) await dispose(store);
      }
    },
  });
}

async function dispose(store: Partial<AsyncDisposable & Disposable>): Promise<void> {
  if (Symbol.asyncDispose in store) await store[Symbol.asyncDispose]?.();
  else if (Symbol.dispose in store) store[Symbol.dispose]?.();
}

async function within(limitMs: number, run: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const details = { expected: `the case is over within ${limitMs} ms`, actual: 'something of the store had not settled by then' };
      reject(new StoreContractViolation('The store hangs', details));
    }, limitMs);
  });
  try {
    await Promise.race([run, late]);
  } finally {
    clearTimeout(timer);
  }
}
