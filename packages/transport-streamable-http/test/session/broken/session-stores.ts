import { createMemorySessionStore, type MemorySessionStore } from '../../../src/session/memory-session-store.js';
import type { SessionRecord, SessionStore } from '../../../src/session/session-store.js';
import type { SessionStoreLimits } from '../../../src/store-contract.js';

class Passing implements SessionStore {
  protected readonly inner: MemorySessionStore;
  constructor(limits?: SessionStoreLimits) {
    this.inner = createMemorySessionStore(limits);
  }
  get(id: string): SessionRecord | undefined {
    return this.inner.get(id);
  }
  set(id: string, record: SessionRecord): void | Promise<void> {
    this.inner.set(id, record);
  }
  delete(id: string): void {
    this.inner.delete(id);
  }
  touch(id: string): void {
    this.inner.touch(id);
  }
}

class IgnoresCase extends Passing {
  override get(id: string): SessionRecord | undefined {
    return super.get(id.toLowerCase());
  }
  override set(id: string, record: SessionRecord): void {
    void super.set(id.toLowerCase(), record);
  }
}

class FindsByPrefix extends Passing {
  readonly #ids = new Set<string>();
  override get(id: string): SessionRecord | undefined {
    return super.get(id) ?? super.get([...this.#ids].find((each) => each.startsWith(id)) ?? id);
  }
  override set(id: string, record: SessionRecord): void {
    this.#ids.add(id);
    void super.set(id, record);
  }
}

class Merges extends Passing {
  override set(id: string, record: SessionRecord): void {
    void super.set(id, { ...super.get(id), ...record });
  }
}

class KeepsObjects implements SessionStore {
  readonly #records = new Map<string, SessionRecord>();
  get(id: string): SessionRecord | undefined {
    return this.#records.get(id);
  }
  set(id: string, record: SessionRecord): void {
    this.#records.set(id, record);
  }
  delete(id: string): void {
    this.#records.delete(id);
  }
}

class SharesAVariable extends Passing {
  #record: SessionRecord | undefined;
  override async set(id: string, record: SessionRecord): Promise<void> {
    this.#record = record;
    await Promise.resolve();
    await super.set(id, this.#record);
  }
}

class DeletesByPrefix extends Passing {
  readonly #ids = new Set<string>();
  override set(id: string, record: SessionRecord): void {
    this.#ids.add(id);
    void super.set(id, record);
  }
  override delete(id: string): void {
    for (const each of this.#ids) if (each.startsWith(id)) super.delete(each);
  }
}

class DeletesNothing extends Passing {
  override delete(): void {}
}

class FailsForUnknown extends Passing {
  override delete(id: string): void {
    if (super.get(id) === undefined) throw new Error('no such session');
    super.delete(id);
  }
}

class TouchesNothing extends Passing {
  override touch(): void {}
}

class TouchesTheRest extends Passing {
  override touch(id: string): void {
    const record = super.get(id);
    if (record) void super.set(id, { ...record, createdAtMs: 0, lastSeenAtMs: Date.now() });
  }
}

class TouchMakes extends Passing {
  override touch(id: string): void {
    const now = Date.now();
    void super.set(id, { ...(super.get(id) ?? { id, protocolVersion: '', initialize: {}, createdAtMs: now }), lastSeenAtMs: now });
  }
}

class DropsTheFirst extends Passing {
  override touch(id: string): void {
    const record = super.get(id);
    // Not put at the end.
    if (record) Object.assign(record, { lastSeenAtMs: Date.now() });
  }
}

export interface BrokenSessionStore {
  /** Continues "a store that …". */
  fault: string;
  create: (limits?: SessionStoreLimits) => SessionStore;
  caughtBy: Record<string, RegExp>;
}

export const brokenSessionStores: readonly BrokenSessionStore[] = [
  { fault: 'ignores the case of ids', create: () => new IgnoresCase(), caughtBy: { 'records/kept': /another record/ } },
  { fault: 'finds records by a prefix', create: () => new FindsByPrefix(), caughtBy: { 'records/unknown': /never set/ } },
  { fault: 'merges records', create: () => new Merges(), caughtBy: { 'records/replaced': /left of the record before/ } },
  { fault: 'keeps the object, not what it was', create: () => new KeepsObjects(), caughtBy: { 'records/copied': /changes with/ } },
  { fault: 'sets records one over the other', create: () => new SharesAVariable(), caughtBy: { 'records/apart': /another one/ } },
  { fault: 'deletes by a prefix', create: () => new DeletesByPrefix(), caughtBy: { 'delete/gone': /another was deleted/ } },
  {
    fault: 'deletes nothing',
    create: () => new DeletesNothing(),
    caughtBy: { 'delete/gone': /after it was deleted/, 'touch/unknown': /makes a record/ },
  },
  { fault: 'fails to delete what is not there', create: () => new FailsForUnknown(), caughtBy: { 'delete/unknown': /is an error/ } },
  { fault: 'takes no notice of touch', create: () => new TouchesNothing(), caughtBy: { 'touch/seen': /not seen now/ } },
  { fault: 'changes more than the time', create: () => new TouchesTheRest(), caughtBy: { 'touch/seen': /beside lastSeenAtMs/ } },
  { fault: 'makes a session when it is touched', create: () => new TouchMakes(), caughtBy: { 'touch/unknown': /makes a record/ } },
  {
    fault: 'drops the first that was set',
    create: (limits) => new DropsTheFirst(limits),
    caughtBy: { 'limits/longest-unused': /wrong one was dropped/ },
  },
  {
    fault: 'keeps everything',
    create: () => new Passing(),
    caughtBy: { 'limits/longest-unused': /More sessions/, 'limits/age': /beyond its age/ },
  },
];
