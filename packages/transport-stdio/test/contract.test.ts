import { selectCases, type TransportFixture } from '@mcpwire/conformance/contract';
import { describe, expect, test } from 'vitest';
import { pipeFixture } from './fixtures/pipe-fixture.js';
import { stdioFixture } from './fixtures/stdio-fixture.js';

for (const fixture of [pipeFixture, stdioFixture] satisfies TransportFixture[]) {
  describe(`${fixture.name}: the transport contract`, () => {
    const { applicable, notApplicable } = selectCases(fixture);

    test('every case applies', () => {
      expect(notApplicable).toEqual([]);
    });

    for (const contractCase of applicable) {
      test(`${contractCase.id}: ${contractCase.title}`, () => contractCase.run(fixture), contractCase.limitMs + 15_000);
    }
  });
}
