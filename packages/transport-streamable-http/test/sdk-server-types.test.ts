import { rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { typeCheck } from './support/type-check.js';

test("the server classes and the stores fit the SDK's, v1 and v2, under --strict and --exactOptionalPropertyTypes", {
  timeout: 60_000,
}, async () => {
  expect(await typeCheck(fileURLToPath(new URL('fixtures/sdk-server-types.ts', import.meta.url)))).toBe('');
});

test('the check does find what does not fit', { timeout: 60_000 }, async () => {
  const file = fileURLToPath(new URL('fixtures/sdk-server-types-wrong.ts', import.meta.url));
  writeFileSync(
    file,
    `import { StreamableHTTPServerTransport } from '@mcpwire/transport-streamable-http/node';
     import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
     export const wrong: Transport & { hasWings: boolean } = new StreamableHTTPServerTransport();`,
  );
  try {
    expect(await typeCheck(file)).toMatch(/hasWings/);
  } finally {
    rmSync(file);
  }
});
