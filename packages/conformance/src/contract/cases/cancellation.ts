import { type ContractCase, defineCase } from '../case.js';
import { fill, flood } from '../flood.js';
import { assertNumbers, note } from '../messages.js';
import type { Attempt } from '../side.js';
import { ContractViolation } from '../violation.js';

/** The signal of a send gives up waiting for room, and nothing else. */
export const cancellation: readonly ContractCase[] = [
  defineCase({ id: 'cancellation/before', title: 'send with an aborted signal rejects with aborted and sends nothing' }, async (scene) => {
    await scene.eachDirection(async (from, to) => {
      await scene.fails(from.send(note(0), { signal: AbortSignal.abort() }), ['aborted'], 'when its signal was aborted before');
      await scene.sends(from, note(1));
      await scene.receives(to, 1);
      await scene.quiet();
      assertNumbers(to.messages, [1], `${to.name} received a message whose signal was aborted before it was sent`);
    });
  }),

  defineCase(
    {
      id: 'cancellation/while-waiting',
      title: 'a send that waits for room rejects with aborted when its signal aborts; all others arrive',
    },
    async (scene) => {
      await scene.eachDirection(
        async (from, to) => {
          const { accepted, stuck } = await flood(scene, from);
          const others: Attempt[] = [stuck, ...fill(scene, from, accepted.length + 1)];
          const first = accepted.length + others.length;
          const expected = Array.from({ length: first }, (_, n) => n);
          for (let n = first; n < first + 20; n++) {
            const controller = new AbortController();
            const aborts = n % 2 === 0;
            const attempt = from.send(note(n), { signal: controller.signal }, `send() number ${n} that waits for room`);
            if (!aborts) {
              others.push(attempt);
              expected.push(n);
              continue;
            }
            controller.abort();
            await scene.fails(attempt, ['aborted'], 'when its signal aborted while it waited for room');
          }
          to.listen();
          await scene.receives(to, expected.length, 'once it reads again');
          await scene.allSettle(others, `once ${to.name} reads again`);
          await scene.quiet();
          scene.assertArrived(to.messages, expected, `${to.name} did not receive exactly the messages that were not aborted, in order`);
        },
        { listen: false },
      );
    },
  ),

  defineCase({ id: 'cancellation/after', title: 'aborting the signal of an accepted send changes nothing' }, async (scene) => {
    await scene.eachDirection(
      async (from, to) => {
        const numbers = Array.from({ length: 10 }, (_, n) => n);
        for (const n of numbers) {
          const controller = new AbortController();
          await scene.succeeds(from.send(note(n), { signal: controller.signal }), 'though nothing was wrong');
          controller.abort();
        }
        await scene.quiet();
        to.listen();
        await scene.receives(to, numbers.length, 'whose signals aborted after they were accepted');
        assertNumbers(to.messages, numbers, `${to.name} did not receive the messages whose signals aborted after they were accepted`);
      },
      { listen: false },
    );
  }),

  defineCase(
    { id: 'cancellation/no-listener-left', title: 'a signal that outlives its sends keeps no listener of them' },
    async (scene) => {
      await scene.eachDirection(
        async (from, to) => {
          const { signal, listeners } = countingSignal();
          const { accepted, stuck } = await flood(scene, from);
          const attempts = [stuck, ...fill(scene, from, accepted.length + 1)];
          for (let n = 0; n < 5; n++) attempts.push(from.send(note(n), { signal }, `send() number ${n} that waits for room`));
          to.listen();
          await scene.allSettle(attempts, `once ${to.name} reads again`);
          await scene.receives(to, accepted.length + attempts.length);
          for (let n = 0; n < 5; n++) await scene.succeeds(from.send(note(n), { signal }), 'though nothing was wrong');
          await scene.quiet();
          if (listeners() <= 0) return;
          throw new ContractViolation(`${from.name}.send() left ${listeners()} listeners on its signal`, {
            expected: 'none, once all sends have settled',
            actual: `${listeners()} after 10 sends`,
          });
        },
        { listen: false },
      );
    },
  ),
];

/** A signal that tells how many listeners for its abort were added and not removed. */
function countingSignal(): { signal: AbortSignal; listeners: () => number } {
  const { signal } = new AbortController();
  const held = new Set<unknown>();
  const add = signal.addEventListener.bind(signal) as AbortSignal['addEventListener'];
  const remove = signal.removeEventListener.bind(signal) as AbortSignal['removeEventListener'];
  signal.addEventListener = (type: string, listener: EventListenerOrEventListenerObject, options?: boolean | AddEventListenerOptions) => {
    held.add(listener);
    add(type, listener, options);
    // A listener may leave by the signal given to it instead of by removeEventListener.
    if (typeof options === 'object') options.signal?.addEventListener('abort', () => held.delete(listener), { once: true });
  };
  signal.removeEventListener = (type: string, listener: EventListenerOrEventListenerObject, options?: boolean | EventListenerOptions) => {
    held.delete(listener);
    remove(type, listener, options);
  };
  return { signal, listeners: () => held.size };
}
