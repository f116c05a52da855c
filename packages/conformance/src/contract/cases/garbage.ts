import { type ContractCase, defineCase } from '../case.js';
import { show } from '../json.js';
import type { Link } from '../link.js';
import { assertNumbers, note } from '../messages.js';
import type { Scene } from '../scene.js';
import type { Side } from '../side.js';
import { ContractViolation } from '../violation.js';

const encoder = new TextEncoder();

const garbage: readonly { what: string; payload: Uint8Array }[] = [
  ...[
    'Server listening on port 3000',
    '{"jsonrpc":"2.0","method":',
    '{}',
    '42',
    '"text"',
    'null',
    '[]',
    '{"jsonrpc":"1.0","id":1,"method":"ping"}',
    '\u0000\u0001\u0002',
  ].map((text) => ({
    what: JSON.stringify(text),
    payload: encoder.encode(text),
  })),
  {
    what: 'bytes that are not UTF-8',
    payload: Uint8Array.of(...encoder.encode('{"jsonrpc":"2.0","method":"'), 0xff, 0xc3, 0x28, ...encoder.encode('"}')),
  },
  { what: '100,000 bytes of noise', payload: new Uint8Array(100_000).fill(0x78) },
];

/** What arrives is no message. */
export const garbageIn: readonly ContractCase[] = [
  defineCase(
    { id: 'garbage/carries-on', title: 'garbage costs nothing but itself: the messages around it arrive', needs: ['raw'] },
    async (scene) => {
      await eachVictim(scene, async (victim, link) => {
        for (const [index, { what, payload }] of garbage.entries()) {
          await link.deliverRaw(victim.name, payload);
          await link.deliverRaw(victim.name, encoder.encode(JSON.stringify(note(index))));
          await scene.receives(victim, index + 1, `with garbage before the last of them: ${what}`);
        }
        await scene.quiet();
        assertNumbers(
          victim.messages,
          garbage.map((_, index) => index),
          `${victim.name}.onmessage was given garbage, or not the messages around it`,
        );
        if (victim.closings.length > 0) {
          throw new ContractViolation(`${victim.name} closed because of garbage`, {
            expected: 'it stays open',
            actual: show(victim.closings[0]),
          });
        }
      });
    },
  ),

  defineCase({ id: 'garbage/reported', title: 'each piece of garbage is reported to onerror', needs: ['raw'] }, async (scene) => {
    await eachVictim(scene, async (victim, link) => {
      for (const { what, payload } of garbage) {
        const before = victim.errors.length;
        await link.deliverRaw(victim.name, payload);
        await scene.until(
          () => victim.errors.length > before,
          () => `${victim.name}.onerror to be told of garbage: ${what}`,
        );
        const error = victim.errors.at(-1);
        if (error instanceof Error) continue;
        throw new ContractViolation(`${victim.name}.onerror was given something that is no Error`, {
          expected: 'an Error',
          actual: show(error),
        });
      }
    });
  }),
];

async function eachVictim(scene: Scene, body: (victim: Side, link: Link) => Promise<void>): Promise<void> {
  for (const name of ['a', 'b'] as const) {
    const link = await scene.open();
    await body(link.side(name), link);
  }
}
