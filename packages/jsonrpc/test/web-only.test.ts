import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

test('the built package works where there is nothing but the web platform', async () => {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [join(import.meta.dirname, 'fixtures', 'web-only.js')]);
  expect(stderr).toBe('');
  expect(
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual([
    { text: 'Hello, wörld' },
    [{ progress: 1, total: 2, message: 'thinking' }],
    'timeout',
    -32601,
    { jsonrpc: '2.0', method: 'é€😀' },
    'malformed-message',
    'message-too-large',
  ]);
});
