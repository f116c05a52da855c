import { describe, expect, test } from 'vitest';
import type { ChangeEvent } from '../../src/server/change-event.js';
import type { SubscriptionFilter } from '../../src/server/subscription-filter.js';
import { SubscriptionIndex } from '../../src/server/subscription-index.js';

const lists: ChangeEvent[] = [{ kind: 'tools_list_changed' }, { kind: 'prompts_list_changed' }, { kind: 'resources_list_changed' }];
const updated = (uri: string): ChangeEvent => ({ kind: 'resource_updated', uri });

describe('an index of subscriptions', () => {
  test('finds who wants to hear of an event, and nobody else', () => {
    const index = new SubscriptionIndex<{ filter: SubscriptionFilter }>();
    const tools = { filter: { toolsListChanged: true } };
    const all = {
      filter: { toolsListChanged: true, promptsListChanged: true, resourcesListChanged: true, resourceSubscriptions: ['a:1'] },
    };
    index.add(tools);
    index.add(all);
    expect(lists.map((event) => [...(index.wanting(event) ?? [])])).toEqual([[tools, all], [all], [all]]);
    expect([...(index.wanting(updated('a:1')) ?? [])]).toEqual([all]);
    expect(index.wanting(updated('constructor'))).toBeUndefined();
    expect([...index]).toEqual([tools, all]);
  });

  test('keeps nothing of an entry that was taken out', () => {
    const index = new SubscriptionIndex<{ filter: SubscriptionFilter }>();
    const filter = { toolsListChanged: true, promptsListChanged: true, resourcesListChanged: true, resourceSubscriptions: ['a:1', 'a:2'] };
    const [first, second] = [{ filter }, { filter }];
    index.add(first);
    index.add(second);
    index.delete(first);
    index.delete(first);
    expect([index.size, [...(index.wanting(updated('a:2')) ?? [])]]).toEqual([1, [second]]);
    index.delete(second);
    expect(index.size).toBe(0);
    expect(lists.map((event) => index.wanting(event)?.size)).toEqual([0, 0, 0]);
    expect(['a:1', 'a:2'].map((uri) => index.wanting(updated(uri)))).toEqual([undefined, undefined]);
  });
});
