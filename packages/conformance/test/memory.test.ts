import { selectCases } from '@mcpwire/conformance/contract';
import { describe, test } from 'vitest';
import { memoryFixture } from './memory-fixture.js';

const { applicable, notApplicable } = selectCases(memoryFixture);

describe('the memory pair keeps the transport contract', () => {
  for (const contractCase of applicable) {
    test(`${contractCase.id}: ${contractCase.title}`, () => contractCase.run(memoryFixture), contractCase.limitMs + 15_000);
  }
  for (const { case: contractCase, missing } of notApplicable) {
    test.skip(`${contractCase.id}: ${contractCase.title} (lacks ${missing.join(', ')})`, () => {});
  }
});
