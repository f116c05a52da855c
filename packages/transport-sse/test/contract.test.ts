import { selectCases, type TransportFixture } from '@mcpwire/conformance/contract';
import { describe, expect, test } from 'vitest';
import { sseFixture } from './fixtures/sse-fixture.js';
import { adapters } from './support/adapters.js';
import { expectNoLeftovers } from './support/leftovers.js';

expectNoLeftovers();

const fixtures: [TransportFixture, missing: string[]][] = [
  [sseFixture(adapters.http1, { maxConcurrentPosts: 1 }), []],
  [sseFixture(adapters.http1), ['ordered']],
  [sseFixture(adapters.http2), ['ordered']],
  [sseFixture(adapters.h2c, { maxConcurrentPosts: 1 }), []],
  // Without a wire nothing can be stalled or cut.
  [sseFixture(adapters.web, { maxConcurrentPosts: 1 }), ['sever', 'stall']],
];

for (const [fixture, expectedToMiss] of fixtures) {
  describe(`${fixture.name}: the transport contract`, () => {
    const { applicable, notApplicable } = selectCases(fixture);

    test('every case applies, but those that need what this medium does not have', () => {
      const missing = new Set(notApplicable.flatMap((each) => [...each.missing]));
      expect([...missing].sort()).toEqual(expectedToMiss);
    });

    for (const contractCase of applicable) {
      test(`${contractCase.id}: ${contractCase.title}`, () => contractCase.run(fixture), contractCase.limitMs + 15_000);
    }
  });
}
