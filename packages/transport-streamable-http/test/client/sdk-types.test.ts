import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { typeCheck } from '../support/type-check.js';

test('the class is what connect() of SDK v1 and v2 takes, and their options are good for it, under --strict and --exactOptionalPropertyTypes', {
  timeout: 60_000,
}, async () => {
  expect(await typeCheck(fileURLToPath(new URL('fixtures/sdk-types.ts', import.meta.url)))).toBe('');
});
