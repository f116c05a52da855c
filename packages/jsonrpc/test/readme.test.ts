import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import * as jsonrpc from '../src/index.js';

const packageFolder = join(import.meta.dirname, '..');
const readme = await readFile(join(packageFolder, 'README.md'), 'utf8');

/** Each program of the README, and what it says that the program prints. */
const examples = [...readme.matchAll(/```js\n(.*?)```\n\n```text\n(.*?)```/gs)].map(([, program, output]) => ({ program, output }));
/** The sections under `heading`, by their titles. */
const sections = new Map(
  readme
    .split(/^#+ /m)
    .slice(1)
    .map((section) => [section.slice(0, section.indexOf('\n')), section.slice(section.indexOf('\n')).trim()]),
);

describe('the README’s examples', async () => {
  // Within the package, so that its own name leads to what was built.
  const folder = await mkdtemp(join(import.meta.dirname, 'readme-'));
  afterAll(() => rm(folder, { recursive: true }));

  test('are all run here', () => {
    expect(examples.length).toBeGreaterThanOrEqual(3);
    expect(examples).toHaveLength([...readme.matchAll(/```(js|ts|javascript|typescript)\n/g)].length);
  });

  test.each(examples.map(({ program, output }, index) => ({ number: index + 1, program, output })))(
    'number $number runs and prints what it says',
    async ({ number, program, output }) => {
      const file = join(folder, `example-${number}.mjs`);
      await writeFile(file, program as string);
      const { stdout, stderr } = await promisify(execFile)(process.execPath, [file], {
        env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
      });
      expect({ stdout, stderr }).toEqual({ stdout: output, stderr: '' });
    },
  );
});

describe('the README tells', async () => {
  const errors = await readFile(join(packageFolder, 'src', 'errors.ts'), 'utf8');
  const union = /export type TransportErrorCode =([^;]*);/.exec(errors)?.[1] ?? '';
  const codes = [...union.matchAll(/'([a-z-]+)'/g)].map(([, code]) => code as string);

  test('of no other codes than there are', () => {
    expect(codes).toContain('queue-overflow');
    const headings = [...sections.keys()].flatMap((title) => /^`([a-z-]+)`$/.exec(title)?.[1] ?? []);
    expect(headings.toSorted()).toEqual(codes.toSorted());
  });

  test.each(codes)('when %s occurs and what to do', (code) => {
    expect(sections.get(`\`${code}\``)).toMatch(/^When: \S.*\nDo: \S/s);
  });

  test('of each JSON-RPC code, by its name and number', () => {
    const rows = sections.get('JsonRpcError') ?? '';
    for (const [family, members] of Object.entries({ ErrorCode: jsonrpc.ErrorCode, LocalErrorCode: jsonrpc.LocalErrorCode })) {
      for (const [name, code] of Object.entries(members)) expect(rows).toContain(`| ${code} | \`${family}.${name}\` |`);
    }
  });

  test('of each limit, and its default', () => {
    const rows = sections.get('Limits') ?? '';
    const MiB = (bytes: number): string => `${bytes / 1024 / 1024} MiB`;
    const defaults = {
      maxMessageBytes: MiB(jsonrpc.DEFAULT_MAX_MESSAGE_BYTES),
      maxBatchLength: jsonrpc.DEFAULT_MAX_BATCH_LENGTH.toLocaleString('en'),
      maxQueuedBytes: MiB(jsonrpc.DEFAULT_MAX_QUEUED_BYTES),
      maxWaitingSends: jsonrpc.DEFAULT_MAX_WAITING_SENDS.toLocaleString('en'),
    };
    for (const [name, value] of Object.entries(defaults))
      expect(rows).toMatch(new RegExp(`^\\| \`${name}\` \\|.*\\| ${value}\\b.*\\|$`, 'm'));
    for (const name of ['timeoutMs', 'maxTotalTimeoutMs', 'maxInFlight']) expect(rows).toContain(`| \`${name}\` |`);
  });
});
