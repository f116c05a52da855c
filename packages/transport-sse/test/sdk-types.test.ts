import { rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { expectNoLeftovers } from './support/leftovers.js';
import { typeCheck } from './support/type-check.js';

expectNoLeftovers();

test('the classes are what connect() of SDK v1 and v2 takes, client and server, under --strict and --exactOptionalPropertyTypes', async () => {
  expect(await typeCheck(fileURLToPath(new URL('fixtures/sdk-types.ts', import.meta.url)))).toBe('');
});

test('the check does find what does not fit', async () => {
  const file = fileURLToPath(new URL('fixtures/sdk-types-wrong.ts', import.meta.url));
  writeFileSync(
    file,
    `import { SSEClientTransport } from '@mcpwire/transport-sse/client';
     import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
     export const wrong: Transport & { hasWings: boolean } = new SSEClientTransport('http://localhost/sse');`,
  );
  try {
    expect(await typeCheck(file)).toMatch(/hasWings/);
  } finally {
    rmSync(file);
  }
});
