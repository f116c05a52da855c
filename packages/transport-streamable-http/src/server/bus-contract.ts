import type { SubscriptionBus } from './bus.js';
import type { ChangeEvent } from './change-event.js';

/** Nodes that share a bus: each is that node's own end of it. */
export interface JoinedBuses {
  readonly nodes: readonly [SubscriptionBus, SubscriptionBus];
  dispose(): Promise<void>;
}

/** How to set up the bus that is to be judged. */
export interface BusFixture {
  readonly name: string;
  /** How long an event may be on its way, in milliseconds. Default 2,000. */
  readonly deliveryMs?: number | undefined;
  /** How long nothing must happen before it is taken that nothing more will. Default 50. */
  readonly quietMs?: number | undefined;
  /** Joins new nodes, over a channel of their own. */
  join(): Promise<JoinedBuses>;
}

/** One promise of `SubscriptionBus`, and the code that holds a bus to it. For any test runner. */
export interface BusContractCase {
  /** Never changes once published. */
  readonly id: string;
  /** The promise, as a sentence. */
  readonly title: string;
  /** @throws Error when the bus broke the promise */
  run(fixture: BusFixture): Promise<void>;
}

/** What any `SubscriptionBus` must do. */
export const busContract: readonly BusContractCase[] = Object.freeze([
  defineCase(
    'bus/reaches-every-node',
    'what one node publishes reaches the listeners of every node once, its own as well',
    async (scene) => {
      const [here, there] = scene.nodes;
      const seen = [await scene.listen(here), await scene.listen(here), await scene.listen(there)];
      await here.publish({ kind: 'tools_list_changed' });
      for (const events of seen) await scene.expectEvents(events, [{ kind: 'tools_list_changed' }]);
      await there.publish({ kind: 'prompts_list_changed' });
      for (const events of seen) await scene.expectEvents(events, [{ kind: 'tools_list_changed' }, { kind: 'prompts_list_changed' }]);
    },
  ),
  defineCase('bus/keeps-order', 'what one node publishes arrives in its order', async (scene) => {
    const [here, there] = scene.nodes;
    const events = await scene.listen(there);
    const sent = Array.from({ length: 200 }, (_, at): ChangeEvent => ({ kind: 'resource_updated', uri: `test://${at}` }));
    await Promise.all(sent.map((event) => here.publish(event)));
    await scene.expectEvents(events, sent);
  }),
  defineCase('bus/keeps-events-whole', 'an event arrives as it was published, whatever it is made of', async (scene) => {
    const [here, there] = scene.nodes;
    const events = await scene.listen(there);
    const sent: ChangeEvent[] = [
      { kind: 'resources_list_changed' },
      { kind: 'resource_updated', uri: 'file:///a b/ü\u2028\n"{}' },
      { kind: 'resource_updated', uri: '', params: { title: '世界', nested: { list: [1, null, true] }, _meta: { 'example.com/x': 1 } } },
    ];
    for (const event of sent) await here.publish(event);
    await scene.expectEvents(events, sent);
  }),
  defineCase('bus/unsubscribes', 'a listener that was taken off is not called any more, and the others are', async (scene) => {
    const [here] = scene.nodes;
    const staying = await scene.listen(here);
    const gone: ChangeEvent[] = [];
    const unsubscribe = await here.subscribe((event) => gone.push(event));
    await unsubscribe();
    await unsubscribe();
    await here.publish({ kind: 'tools_list_changed' });
    await scene.expectEvents(staying, [{ kind: 'tools_list_changed' }]);
    await scene.expectEvents(gone, []);
  }),
  defineCase('bus/takes-a-listener-twice', 'a function that listens twice hears twice, and each is taken off by itself', async (scene) => {
    const [here] = scene.nodes;
    const events: ChangeEvent[] = [];
    const listener = (event: ChangeEvent): void => void events.push(event);
    const unsubscribe = await here.subscribe(listener);
    scene.defer(await here.subscribe(listener));
    await here.publish({ kind: 'tools_list_changed' });
    await scene.expectEvents(events, [{ kind: 'tools_list_changed' }, { kind: 'tools_list_changed' }]);
    await unsubscribe();
    events.length = 0;
    await here.publish({ kind: 'prompts_list_changed' });
    await scene.expectEvents(events, [{ kind: 'prompts_list_changed' }]);
  }),
  defineCase('bus/leaves-nobody-out', 'a listener may come and go while an event is told', async (scene) => {
    const [here] = scene.nodes;
    const first: ChangeEvent[] = [];
    const leaving: unknown[] = [];
    const unsubscribe = await here.subscribe((event) => {
      first.push(event);
      leaving.push(unsubscribe());
    });
    const second = await scene.listen(here);
    await here.publish({ kind: 'tools_list_changed' });
    await scene.expectEvents(second, [{ kind: 'tools_list_changed' }]);
    await Promise.all(leaving);
    await here.publish({ kind: 'tools_list_changed' });
    await scene.expectEvents(second, [{ kind: 'tools_list_changed' }, { kind: 'tools_list_changed' }]);
    await scene.expectEvents(first, [{ kind: 'tools_list_changed' }]);
  }),
]);

/** What a case works with. */
class Scene {
  readonly nodes: readonly [SubscriptionBus, SubscriptionBus];
  readonly #deliveryMs: number;
  readonly #quietMs: number;
  readonly #deferred: (() => void | Promise<void>)[] = [];

  constructor(fixture: BusFixture, nodes: readonly [SubscriptionBus, SubscriptionBus]) {
    this.nodes = nodes;
    this.#deliveryMs = fixture.deliveryMs ?? 2_000;
    this.#quietMs = fixture.quietMs ?? 50;
  }

  async listen(bus: SubscriptionBus): Promise<ChangeEvent[]> {
    const events: ChangeEvent[] = [];
    this.defer(await bus.subscribe((event) => events.push(event)));
    return events;
  }

  defer(unsubscribe: () => void | Promise<void>): void {
    this.#deferred.push(unsubscribe);
  }

  /** These have come, and after them nothing. */
  async expectEvents(seen: readonly ChangeEvent[], expected: readonly ChangeEvent[]): Promise<void> {
    const deadline = Date.now() + this.#deliveryMs;
    while (seen.length < expected.length && Date.now() < deadline) await sleep(2);
    await sleep(this.#quietMs);
    const [actual, wanted] = [toJson(seen), toJson(expected)];
    if (actual !== wanted) throw new Error(`The listener heard other events.\n  expected: ${wanted}\n  actual:   ${actual}`);
  }

  async dispose(): Promise<void> {
    for (const unsubscribe of this.#deferred) await unsubscribe();
  }
}

function defineCase(id: string, title: string, body: (scene: Scene) => Promise<void>): BusContractCase {
  return Object.freeze({
    id,
    title,
    async run(fixture: BusFixture): Promise<void> {
      const { nodes, dispose } = await fixture.join();
      const scene = new Scene(fixture, nodes);
      try {
        await body(scene);
      } finally {
        await scene.dispose();
        await dispose();
      }
    },
  });
}

/** With members in one order, whatever way the events came. */
function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
