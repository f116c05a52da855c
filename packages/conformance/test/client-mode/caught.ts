import { REVISIONS, type Revision } from '@mcpwire/protocol';
import { describe, test } from 'vitest';
import type { ClientTarget } from '../../src/index.js';
import { expectCaught } from '../support.js';
import { type ClientFault, faults } from './faults/index.js';
import { runClientFault } from './run-fault.js';

/** What the correct client has, over this transport. */
function revisionsOf({ transport, modernOnly }: ClientFault): readonly Revision[] {
  if (modernOnly) return ['2026-07-28'];
  return transport === 'stdio' ? REVISIONS : REVISIONS.filter((revision) => revision !== '2024-11-05');
}

/**
 * A test for each broken client over a transport: the checks that are there for its fault see it, and nothing else is said. No more scenes are
 * played than these checks need; the matrix plays all, for all checks.
 */
export function describeFaults(transport: ClientTarget['transport']): void {
  const chosen = Object.entries(faults).filter(([, fault]) => fault.transport === transport);
  // Several at a time: each waits for processes most of the time.
  describe.concurrent(`a broken client is caught over ${transport}`, () => {
    for (const [name, fault] of chosen) {
      const { is, caughtBy, alongside = [] } = fault;
      test(`one that ${is} (${name})`, async () => {
        const knownRevisions = revisionsOf(fault);
        const report = await runClientFault(name, fault, { only: [...caughtBy, ...alongside], knownRevisions });
        expectCaught(report, caughtBy);
      }, 90_000);
    }
  });
}
