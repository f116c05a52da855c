import { type ContractCase, defineCase } from '../case.js';
import { fill, flood } from '../flood.js';
import { show } from '../json.js';
import { note } from '../messages.js';
import { ContractViolation } from '../violation.js';

/** The other side dies, or the medium breaks, without a word. */
export const peerGone: readonly ContractCase[] = [
  defineCase(
    { id: 'peer-gone/onclose', title: 'when the medium breaks, onclose fires once on each side and says so', needs: ['sever'] },
    async (scene) => {
      const link = await scene.open();
      await scene.sends(link.a, note(0));
      await scene.receives(link.b, 1);
      await link.sever();
      for (const side of [link.a, link.b]) {
        await scene.closes(side, 'after the medium broke');
        await scene.quiet();
        link.assertClosedOnce(side, 'when the medium broke');
        const kind = side.closings[0]?.kind;
        if (kind === 'peer-gone' || kind === 'failed') continue;
        throw new ContractViolation(`${side.name}.onclose gives the wrong reason when the medium broke`, {
          expected: "{ kind: 'peer-gone' } or { kind: 'failed' }",
          actual: show(side.closings[0]),
        });
      }
    },
  ),

  defineCase(
    { id: 'peer-gone/waiting-sends', title: 'sends that wait for room reject when the medium breaks', needs: ['sever'] },
    async (scene) => {
      await scene.eachDirection(
        async (from, to, link) => {
          const { accepted, stuck } = await flood(scene, from);
          const attempts = [stuck, ...fill(scene, from, accepted.length + 1)];
          await link.sever();
          await scene.allSettle(attempts, 'once the medium broke');
          // A transport with sessions may hear that its session ended with the stream before it sees that the stream did.
          const expected = ['peer-gone', 'closed', 'session-lost', 'write-failed'] as const;
          for (const attempt of attempts) await scene.fails(attempt, expected, 'when the medium broke while it waited for room');
          to.listen();
          await scene.closes(from, 'after the medium broke');
        },
        { listen: false },
      );
    },
  ),

  defineCase(
    { id: 'peer-gone/later-sends', title: 'sends after the medium broke reject with peer-gone', needs: ['sever'] },
    async (scene) => {
      const link = await scene.open();
      await link.sever();
      for (const side of [link.a, link.b]) {
        await scene.closes(side, 'after the medium broke');
        for (let n = 0; n < 3; n++) await scene.fails(side.send(note(n)), ['peer-gone', 'closed'], 'after the medium broke');
      }
    },
  ),

  defineCase(
    { id: 'peer-gone/close', title: 'close after the medium broke resolves and does not fire onclose again', needs: ['sever'] },
    async (scene) => {
      const link = await scene.open();
      await link.sever();
      for (const side of [link.a, link.b]) {
        await scene.closes(side, 'after the medium broke');
        await scene.succeeds(side.close(), 'after the medium broke');
        await scene.quiet();
        link.assertClosedOnce(side, 'when close() was called after the medium broke');
      }
    },
  ),
];
