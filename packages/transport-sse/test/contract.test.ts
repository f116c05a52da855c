import { selectCases } from '@mcpwire/conformance/contract';
import type { SSEClientTransportOptions } from '@mcpwire/transport-sse/client';
import { describe, expect, test } from 'vitest';
import { sseFixture } from './fixtures/sse-fixture.js';
import { type Adapter, adapters } from './support/adapters.js';
import { expectNoLeftovers } from './support/leftovers.js';

expectNoLeftovers();

const kinds: [Adapter, options: SSEClientTransportOptions, missing: string[]][] = [
  [adapters.http1, { maxConcurrentPosts: 1 }, []],
  [adapters.http1, {}, ['ordered']],
  [adapters.http2, {}, ['ordered']],
  [adapters.h2c, { maxConcurrentPosts: 1 }, []],
  // Without a wire nothing can be stalled or cut.
  [adapters.web, { maxConcurrentPosts: 1 }, ['sever', 'stall']],
];

for (const [adapter, options, expectedToMiss] of kinds) {
  const fixture = sseFixture(adapter, options);
  // The bound on waiting sends is reached sooner where few may wait: with thousands it is ten thousand POSTs.
  const crowded = sseFixture(adapter, options, 64);

  describe(`${fixture.name}: the transport contract`, () => {
    const { applicable, notApplicable } = selectCases(fixture);

    test('every case applies, but those that need what this medium does not have', () => {
      const missing = new Set(notApplicable.flatMap((each) => [...each.missing]));
      expect([...missing].sort()).toEqual(expectedToMiss);
    });

    for (const contractCase of applicable) {
      const { id, title, needs } = contractCase;
      // It ends a hang and says nothing about speed: some cases are thousands of POSTs, seconds of work on a machine that may be shared.
      const limitMs = 4 * contractCase.limitMs;
      const tried = needs.includes('overflow') ? crowded : fixture;
      test(`${id}: ${title}`, () => contractCase.run(tried, { limitMs }), limitMs + 15_000);
    }
  });
}
