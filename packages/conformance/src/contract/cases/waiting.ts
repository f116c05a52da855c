import { type ContractCase, defineCase } from '../case.js';
import { assertNumbers, note } from '../messages.js';

const numbers = Array.from({ length: 20 }, (_, n) => n);

/** Messages for which nobody listens yet. */
export const waiting: readonly ContractCase[] = [
  defineCase({ id: 'waiting/before-onmessage', title: 'messages that arrive before onmessage is set wait for it' }, async (scene) => {
    await scene.eachDirection(
      async (from, to) => {
        for (const n of numbers) await scene.sends(from, note(n));
        await scene.quiet();
        to.listen();
        await scene.receives(to, numbers.length, 'that were sent before onmessage was set');
        assertNumbers(to.messages, numbers, `${to.name} received messages out of order that were sent before onmessage was set`);
      },
      { listen: false },
    );
  }),

  defineCase(
    { id: 'waiting/unset-midway', title: 'messages that arrive while onmessage is unset wait, and later ones stay behind them' },
    async (scene) => {
      await scene.eachDirection(async (from, to) => {
        for (const n of numbers.slice(0, 5)) await scene.sends(from, note(n));
        await scene.receives(to, 5);
        to.ignore();
        for (const n of numbers.slice(5, 15)) await scene.sends(from, note(n));
        await scene.quiet();
        to.listen();
        for (const n of numbers.slice(15)) await scene.sends(from, note(n));
        await scene.receives(to, numbers.length, 'some of them sent while onmessage was unset');
        assertNumbers(to.messages, numbers, `${to.name} received messages out of order, some of them sent while onmessage was unset`);
      });
    },
  ),

  defineCase({ id: 'waiting/unset-inside', title: 'onmessage may unset itself: the next message waits' }, async (scene) => {
    await scene.eachDirection(async (from, to) => {
      to.listen(() => to.ignore());
      const attempts = numbers.map((n) => from.send(note(n)));
      for (const attempt of attempts) await scene.succeeds(attempt, 'though the message had only to wait');
      for (const n of numbers) {
        await scene.receives(to, n + 1, 'one for each time onmessage was set');
        await scene.quiet();
        assertNumbers(
          to.messages.map((_, index) => note(index)),
          numbers.slice(0, n + 1),
          `${to.name} handed messages to an onmessage that had unset itself`,
        );
        to.listen(() => to.ignore());
      }
    });
  }),

  defineCase({ id: 'waiting/replaced', title: 'onmessage may be replaced at any time, also from inside' }, async (scene) => {
    await scene.eachDirection(async (from, to) => {
      const taken: string[] = [];
      const odd = (): void => {
        taken.push('odd');
        to.listen(even);
      };
      const even = (): void => {
        taken.push('even');
        to.listen(odd);
      };
      to.listen(even);
      for (const n of numbers) await scene.sends(from, note(n));
      await scene.receives(to, numbers.length);
      const expected = numbers.map((n) => (n % 2 === 0 ? 'even' : 'odd'));
      assertNumbers(
        taken.map((which, n) => note(which === expected[n] ? n : -1)),
        numbers,
        `${to.name} handed messages to an onmessage that had been replaced`,
      );
    });
  }),

  defineCase(
    {
      id: 'waiting/closed-meanwhile',
      title: 'messages that wait for onmessage outlive the close of the other side',
      needs: ['linked'],
    },
    async (scene) => {
      await scene.eachDirection(
        async (from, to) => {
          for (const n of numbers) await scene.sends(from, note(n));
          await scene.ends(from);
          await scene.quiet();
          to.listen();
          await scene.receives(to, numbers.length, `that waited while ${from.name} closed`);
          await scene.closes(to, `after ${from.name} closed and every message was taken`);
          assertNumbers(to.messages, numbers, `${to.name} received messages out of order that waited while ${from.name} closed`);
        },
        { listen: false },
      );
    },
  ),
];
