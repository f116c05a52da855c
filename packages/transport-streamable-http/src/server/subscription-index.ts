import type { ChangeEvent } from './change-event.js';
import type { SubscriptionFilter } from './subscription-filter.js';

/** Who wants to hear of what, so that an event finds its subscriptions without asking each. */
export class SubscriptionIndex<Entry extends { readonly filter: SubscriptionFilter }> implements Iterable<Entry> {
  readonly #all = new Set<Entry>();
  readonly #lists: Readonly<Record<Exclude<ChangeEvent['kind'], 'resource_updated'>, Set<Entry>>> = {
    tools_list_changed: new Set(),
    prompts_list_changed: new Set(),
    resources_list_changed: new Set(),
  };
  readonly #resources = new Map<string, Set<Entry>>();

  get size(): number {
    return this.#all.size;
  }

  [Symbol.iterator](): Iterator<Entry> {
    return this.#all.values();
  }

  add(entry: Entry): void {
    const { toolsListChanged, promptsListChanged, resourcesListChanged, resourceSubscriptions = [] } = entry.filter;
    this.#all.add(entry);
    if (toolsListChanged) this.#lists.tools_list_changed.add(entry);
    if (promptsListChanged) this.#lists.prompts_list_changed.add(entry);
    if (resourcesListChanged) this.#lists.resources_list_changed.add(entry);
    for (const uri of resourceSubscriptions) {
      const entries = this.#resources.get(uri);
      if (entries) entries.add(entry);
      else this.#resources.set(uri, new Set([entry]));
    }
  }

  delete(entry: Entry): void {
    if (!this.#all.delete(entry)) return;
    for (const entries of Object.values(this.#lists)) entries.delete(entry);
    for (const uri of entry.filter.resourceSubscriptions ?? []) {
      const entries = this.#resources.get(uri);
      if (entries?.delete(entry) && entries.size === 0) this.#resources.delete(uri);
    }
  }

  /** The entries that an event concerns. May be changed while it is walked through. */
  wanting(event: ChangeEvent): ReadonlySet<Entry> | undefined {
    return event.kind === 'resource_updated' ? this.#resources.get(event.uri) : this.#lists[event.kind];
  }
}
