import { type ContractCase, defineCase } from '../case.js';
import { assertEachOnce, assertNumbers, note, textOf } from '../messages.js';
import type { Scene } from '../scene.js';
import type { Attempt, Side } from '../side.js';

const awaitedCount = 200;
const pipelinedCount = 2000;

/** Every message, once, in order. */
export const order: readonly ContractCase[] = [
  defineCase({ id: 'order/awaited', title: 'messages sent one after the other arrive in order, both ways at once' }, async (scene) => {
    const { a, b } = await scene.open();
    const expected = Array.from({ length: awaitedCount }, (_, n) => n);
    const bothWays = scene.fixture.abilities.includes('push');
    await Promise.all([sendAwaited(scene, a), bothWays ? sendAwaited(scene, b) : undefined]);
    for (const side of bothWays ? [b, a] : [b]) {
      await scene.receives(side, awaitedCount);
      assertNumbers(side.messages, expected, `${side.name} received awaited messages out of order`);
    }
  }),

  defineCase(
    { id: 'order/pipelined', title: 'messages sent without waiting arrive in order, both ways at once', needs: ['ordered'] },
    async (scene) => {
      const { a, b } = await scene.open();
      const expected = Array.from({ length: pipelinedCount }, (_, n) => n);
      const bothWays = scene.fixture.abilities.includes('push');
      const attempts: Attempt[] = [];
      for (const n of expected) {
        attempts.push(a.send(note(n)));
        if (bothWays) attempts.push(b.send(note(n)));
        // Several ticks, so that a writer that gathers what one tick sends is seen at its seams too.
        if (n % 500 === 499) await new Promise((resolve) => setTimeout(resolve, 0));
      }
      for (const side of bothWays ? [b, a] : [b]) {
        await scene.receives(side, pipelinedCount);
        assertNumbers(side.messages, expected, `${side.name} received pipelined messages out of order`);
      }
      for (const attempt of attempts) await scene.succeeds(attempt, 'though its message arrived');
    },
  ),

  defineCase({ id: 'order/sizes', title: 'a short message does not overtake a long one', needs: ['ordered'] }, async (scene) => {
    const sizes = [1024 * 1024, 0, 65_536, 1, 300_000, 10, 4096, 0, 65_537, 2];
    await scene.eachDirection(async (from, to) => {
      const attempts = sizes.map((size, n) => from.send(note(n, textOf(size))));
      await scene.receives(to, sizes.length);
      assertNumbers(
        to.messages,
        sizes.map((_, n) => n),
        `${to.name} received messages of different sizes out of order`,
      );
      for (const attempt of attempts) await scene.succeeds(attempt, 'though its message arrived');
    });
  }),

  defineCase({ id: 'order/exactly-once', title: 'every message arrives exactly once' }, async (scene) => {
    await scene.eachDirection(async (from, to) => {
      const numbers = Array.from({ length: 300 }, (_, n) => n);
      for (let start = 0; start < numbers.length; start += 20) {
        const window = numbers.slice(start, start + 20).map((n) => from.send(note(n, textOf((n * 37) % 5000))));
        for (const attempt of window) await scene.succeeds(attempt, 'though nothing was wrong');
      }
      await scene.receives(to, numbers.length);
      await scene.quiet();
      assertEachOnce(to.messages, numbers, `${to.name} did not receive every message exactly once`);
    });
  }),
];

async function sendAwaited(scene: Scene, side: Side): Promise<void> {
  for (let n = 0; n < awaitedCount; n++) await scene.sends(side, note(n));
}
