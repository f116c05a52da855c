import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { HttpClientErrorCode, HttpErrorCode } from '../src/index.js';

const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');

it('the example in the README runs and prints its three events', () => {
  const example = /```js\n(.*?)```/s.exec(readme)?.[1] as string;
  const file = join(import.meta.dirname, 'fixtures', `readme-${process.pid}.mjs`);
  writeFileSync(file, example);
  try {
    expect(execFileSync(process.execPath, [file], { encoding: 'utf8', timeout: 15_000 })).toBe('data: 1\n\ndata: 2\n\ndata: 3\n\n');
  } finally {
    rmSync(file);
  }
});

it('the example of authentication lets in whom it should', () => {
  const example = /```js bearer\.js\n(.*?)```/s.exec(readme)?.[1] as string;
  const output = /```text bearer\.js\n(.*?)```/s.exec(readme)?.[1];
  const file = join(import.meta.dirname, 'fixtures', `readme-bearer-${process.pid}.mjs`);
  writeFileSync(file, example);
  try {
    expect(execFileSync(process.execPath, [file], { encoding: 'utf8', timeout: 15_000 })).toBe(output);
  } finally {
    rmSync(file);
  }
});

it('the README has a heading for every error code', () => {
  // Records, so that a code that is added and not listed here is no program.
  const server: Record<HttpErrorCode, true> = {
    'bad-request': true,
    'body-encoded': true,
    'body-not-utf8': true,
    'body-timeout': true,
    'body-too-large': true,
    'body-truncated': true,
    'body-used': true,
    refused: true,
  };
  const client: Record<HttpClientErrorCode, true> = {
    aborted: true,
    'bad-request': true,
    'bad-response': true,
    'body-not-utf8': true,
    'body-timeout': true,
    'body-too-large': true,
    closed: true,
    'connect-failed': true,
    'connection-lost': true,
    'headers-timeout': true,
    'redirect-hidden': true,
    'request-failed': true,
  };
  const [ofServer = '', ofClient = ''] = readme.split('## Errors of the client');
  const headings = (text: string): string[] =>
    [...text.matchAll(/^### (.+)$/gm)].flatMap(([, names]) => (names as string).split(', ')).sort();
  expect(headings(ofServer)).toEqual(Object.keys(server).sort());
  expect(headings(ofClient)).toEqual(Object.keys(client).sort());
});
