import { describe, expect, test } from 'vitest';
import { createRedactor, isSecretName } from '../../src/redact.js';
import { toShown } from '../../src/shown.js';
import { secretsOf } from '../../src/target.js';
import { Transcript } from '../../src/transcript.js';

const redact = createRedactor(['s3cret-value']);

describe('evidence', () => {
  test('has no secrets, however deep, and whatever else stays as it is', () => {
    const value = {
      a: [{ b: 'the s3cret-value' }, 1, null, true],
      access_token: 'abc',
      progressToken: 'p',
      headers: 'Authorization: Bearer xyz',
    };
    expect(toShown(value, redact)).toEqual({
      a: [{ b: 'the [redacted]' }, 1, null, true],
      access_token: '[redacted]',
      progressToken: 'p',
      headers: 'Authorization: [redacted]',
    });
  });

  test('is cut where it is long, wide or deep, and says so', () => {
    const deep = (levels: number): unknown => (levels === 0 ? 'ground' : { down: deep(levels - 1) });
    const shown = toShown([Array.from({ length: 5_000 }, (_, index) => index), 'x'.repeat(1_000_000), deep(500)], redact) as [
      number[],
      string,
      unknown,
    ];
    expect(shown[0]).toHaveLength(101);
    expect(shown[0].at(-1)).toBe('… 4900 more');
    expect(shown[1]).toMatch(/^x{4096}… \(1000000 characters\)$/);
    expect(JSON.stringify(shown).length).toBeLessThan(6_000);
    expect(JSON.stringify(shown[2])).not.toContain('ground');
  });
});

describe('a transcript', () => {
  const kept = (bytes: Uint8Array | string): string => {
    const transcript = new Transcript(redact);
    transcript.add('received', bytes);
    return transcript.since()[0]?.text ?? '';
  };

  test('keeps not even a half of a secret that its limit cuts in two', () => {
    for (let before = 2_030; before < 2_050; before++) {
      expect(kept(`${' '.repeat(before)}s3cret-value and more`)).not.toMatch(/s3c/);
      expect(kept(Buffer.from(`${' '.repeat(before - 20)}{"password":"s3cret, and long"} and more`))).not.toMatch(/s3c/);
    }
  });

  test('shows the bytes that are no UTF-8 among text that is', () => {
    expect(kept(Buffer.concat([Buffer.from('漢字 '), Buffer.from([0xff, 0xc3]), Buffer.from(' é🙂')]))).toBe('漢字 \\xff\\xc3 é🙂');
    expect(kept(Buffer.from('🙂'.repeat(5_000))).slice(0, 4)).toBe('🙂🙂');
  });
});

test('what a stdio server is given in its environment or arguments is a secret by its name', () => {
  const args = ['server.js', '--api-key', 'key-in-args', '--token=token-in-args', '--port', '3000'];
  const secrets = secretsOf({ transport: 'stdio', command: 'node', args, env: { MY_TOKEN: 'token-in-env', MODE: 'test' } }, isSecretName);
  expect(secrets).toEqual(expect.arrayContaining(['key-in-args', 'token-in-args', 'token-in-env']));
  expect(secrets).not.toContain('3000');
  expect(secrets).not.toContain('test');
});
