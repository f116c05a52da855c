// The README's example is run as a reader would run it.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { TransportError, type TransportErrorCode } from '@mcpwire/jsonrpc';
import { describe, expect, test } from 'vitest';
import { badResponse, handlerFailed, statusError, toTransportError } from '../../src/client/errors.js';

const readmePath = fileURLToPath(new URL('../../README.md', import.meta.url));
const readme = readFileSync(readmePath, 'utf8');

function block(language: string, file: string): string {
  const text = new RegExp(`^\`\`\`${language} ${file}\\n(.*?)^\`\`\`$`, 'ms').exec(readme)?.[1];
  if (text === undefined) throw new Error(`The README has no ${language} block ${file}`);
  return text;
}

test('the example of the client prints what the README says', async () => {
  // Inside the package, so that its own name resolves as it does where it is installed.
  const folder = mkdtempSync(join(dirname(readmePath), 'test', '.readme-client-'));
  try {
    writeFileSync(join(folder, 'client.js'), block('js', 'client.js'));
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['client.js'], { cwd: folder, timeout: 15_000 });
    expect(stderr).toBe('');
    expect(stdout).toBe(block('text', 'client.js'));
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
});

describe('the table of errors', () => {
  const documented = [...readme.slice(readme.indexOf('### Errors of the client')).matchAll(/^\| (`[^|]+`) \|/gm)].flatMap(
    ([, codes = '']) => [...codes.matchAll(/`([a-z-]+)`/g)].map(([, code]) => code),
  );

  test.each<TransportErrorCode>([
    'aborted',
    'bad-response',
    'closed',
    'encode-failed',
    'forbidden',
    'http-status',
    'message-too-large',
    'not-started',
    'not-supported',
    'peer-gone',
    'session-lost',
    'timeout',
    'unauthorized',
    'write-failed',
  ])('has %s', (code) => {
    expect(documented).toContain(code);
  });

  test('each of them is a TransportError, whatever else it is', () => {
    const forbidden = statusError('forbidden', 'x', { status: 403, text: '' });
    for (const error of [badResponse('x'), forbidden, handlerFailed('x', 'y'), toTransportError('x')]) {
      expect(error).toBeInstanceOf(TransportError);
    }
  });
});
