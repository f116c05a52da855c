import process from 'node:process';
import { PassThrough } from 'node:stream';
import { afterEach, expect, test, vi } from 'vitest';
import { StdioServerTransport } from '../src/server.js';
import { redirectStdout } from '../src/stray-output.js';
import { expectNoLeftovers } from './support/leftovers.js';

expectNoLeftovers();

afterEach(() => {
  vi.restoreAllMocks();
});

test('what is written to stdout goes to stderr until it is undone; then all is as before', () => {
  const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const before = process.stdout.write;
  const hadOwn = Object.hasOwn(process.stdout, 'write');
  const undo = redirectStdout();
  process.stdout.write('stray\n');
  undo();
  expect(stderr).toHaveBeenCalledExactlyOnceWith('stray\n');
  expect(process.stdout.write).toBe(before);
  expect(Object.hasOwn(process.stdout, 'write')).toBe(hadOwn);
});

test('somebody who has replaced it since keeps what is theirs', () => {
  const own = Object.getOwnPropertyDescriptor(process.stdout, 'write');
  const undo = redirectStdout();
  const theirs = (() => true) as typeof process.stdout.write;
  process.stdout.write = theirs;
  undo();
  expect(process.stdout.write).toBe(theirs);
  if (own) Object.defineProperty(process.stdout, 'write', own);
  else delete (process.stdout as Partial<typeof process.stdout>).write;
});

test('a transport on other streams leaves stdout alone', async () => {
  const before = process.stdout.write;
  const transport = new StdioServerTransport(new PassThrough(), new PassThrough(), { redirectStdout: true });
  await transport.start();
  expect(process.stdout.write).toBe(before);
  await transport.close();
});

test('streams given to the server transport are not ended or destroyed: they are the process’s', async () => {
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  const transport = new StdioServerTransport(stdin, stdout);
  await transport.start();
  await transport.close();
  expect([stdin.destroyed, stdout.destroyed, stdout.writableEnded, stdin.isPaused()]).toEqual([false, false, false, true]);
});

test('somebody else who listens to stdin goes on listening', async () => {
  const stdin = new PassThrough();
  const heard: string[] = [];
  stdin.on('data', (chunk) => heard.push(String(chunk)));
  const transport = new StdioServerTransport(stdin, new PassThrough());
  await transport.start();
  await transport.close();
  stdin.write('still here');
  await new Promise((resolve) => setImmediate(resolve));
  expect(heard).toEqual(['still here']);
});
