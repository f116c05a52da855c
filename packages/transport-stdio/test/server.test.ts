import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { expectNoLeftovers, testEnv } from './support/leftovers.js';
import { ServerRun } from './support/server-run.js';
import { fixture } from './support/servers.js';
import { until } from './support/until.js';

expectNoLeftovers();

const OK = { code: 0, signal: null };

function request(id: number | string, method: string, params?: object): object {
  return { jsonrpc: '2.0', id, method, ...(params && { params }) };
}

function resultOf(id: number | string, result: object): object {
  return { jsonrpc: '2.0', id, result };
}

describe('when stdin ends', () => {
  test('a one-shot pipe gets its answer and the server exits', async () => {
    const server = new ServerRun('server.js');
    server.send(request(1, 'echo', { once: true }));
    server.stdin.end();
    expect(await server.end()).toEqual(OK);
    expect(server.messages).toEqual([resultOf(1, { once: true })]);
  });

  test('requests that are still worked on are answered first', async () => {
    const server = new ServerRun('server.js', ['--errors']);
    server.send(...[300, 100, 200].map((ms) => request(ms, 'slow', { ms, value: ms })));
    server.stdin.end();
    expect(await server.end()).toEqual(OK);
    expect(server.messages).toEqual([100, 200, 300].map((ms) => resultOf(ms, { value: ms })));
    expect(server.told).toEqual([{ kind: 'peer-gone' }]);
  });

  test('a last line without its newline counts', async () => {
    const server = new ServerRun('server.js');
    server.write('{"jsonrpc":"2.0","id":1,"method":"echo"}');
    server.stdin.end();
    expect(await server.end()).toEqual(OK);
    expect(server.messages).toEqual([resultOf(1, {})]);
  });

  test('answers are all written, however slowly they are read, as long as they are', async () => {
    const server = new ServerRun('server.js', ['--options', '{"drainMs":500,"graceMs":0,"maxQueuedBytes":1000000}']);
    server.output.pause();
    // 40 MB of answers: far more than its queue takes.
    for (let id = 0; id < 40; id++) server.send(request(id, 'text', { bytes: 1_000_000 }));
    server.stdin.end();
    for (let slept = 0; slept < 1_500; slept += 50) {
      server.output.resume();
      await until('a megabyte more is read', () => server.stdout.length > ((slept + 50) / 50) * 1_000_000);
      server.output.pause();
      await sleep(50);
    }
    server.output.resume();
    expect(await server.end()).toEqual(OK);
    expect(server.messages).toHaveLength(40);
  });

  test('… and a reader that has stopped reading is given up after drainMs', async () => {
    const server = new ServerRun('server.js', ['--options', '{"drainMs":200,"graceMs":0}', '--errors']);
    server.output.pause();
    for (let id = 0; id < 40; id++) server.send(request(id, 'text', { bytes: 1_000_000 }));
    server.stdin.end();
    await until('it has closed', () => server.stderr.includes('"kind":"peer-gone"'));
    await until('the sends that waited are rejected', () => server.stderr.includes('"The other side is gone."'));
    server.output.destroy();
    expect(await server.end()).toEqual(OK);
  });

  test('a cancelled request is not waited for', async () => {
    const server = new ServerRun('server.js', ['--errors']);
    server.send(request(1, 'hang'), request(2, 'slow', { ms: 100, value: 2 }), {
      jsonrpc: '2.0',
      method: 'notifications/cancelled',
      params: { requestId: 1 },
    });
    server.stdin.end();
    expect(await server.end()).toEqual(OK);
    expect(server.messages).toEqual([resultOf(2, { value: 2 })]);
    expect(server.told).toEqual([{ kind: 'peer-gone' }]);
  });

  test('nor is a subscription, which would never end', async () => {
    const server = new ServerRun('server.js', ['--errors']);
    server.send(request(1, 'subscriptions/listen', {}));
    server.stdin.end();
    expect(await server.end()).toEqual(OK);
    expect(server.told).toEqual([{ kind: 'peer-gone' }]);
  });

  test('one that is never answered is waited for during drainMs, and no longer', async () => {
    const server = new ServerRun('server.js', ['--errors', '--options', '{"drainMs":100}']);
    server.send(request(1, 'hang'), request(2, 'hang'));
    server.stdin.end();
    expect(await server.end()).toEqual(OK);
    expect(server.told).toEqual([
      { code: 'timeout', message: 'The input ended, and 2 requests were not answered within drainMs (100)' },
      { kind: 'peer-gone' },
    ]);
  });

  test('an id that is used twice at once is waited for twice', async () => {
    const server = new ServerRun('sdk-server.js', ['v2', 'ours']);
    server.send(
      request(0, 'initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } }),
      { jsonrpc: '2.0', method: 'notifications/initialized' },
      ...Array.from({ length: 3 }, () => request(1, 'tools/call', { name: 'echo', arguments: { text: 'a' } })),
    );
    server.stdin.end();
    expect(await server.end()).toEqual(OK);
    expect(server.messages).toHaveLength(4);
  });

  test('it may have ended before the start: the server ends too', async () => {
    const server = new ServerRun('server.js', ['--errors'], ['ignore', 'pipe', 'pipe']);
    expect(await server.end()).toEqual(OK);
    expect(server.told).toEqual([{ kind: 'peer-gone' }]);
  });

  test('it may be closed altogether, or a file', async () => {
    for (const script of ['exec "$0" "$@" <&-', 'exec "$0" "$@" <"$FILE"']) {
      const child = spawn('/bin/sh', ['-c', script, process.execPath, fixture('server.js')], {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, ...testEnv({ FILE: fixture('requests.ndjson') }) },
      });
      let stdout = '';
      child.stdout.on('data', (chunk) => {
        stdout += chunk;
      });
      await once(child, 'close');
      expect(child.exitCode).toBe(0);
      expect(stdout).toBe(script.includes('FILE') ? '{"jsonrpc":"2.0","id":1,"result":{"from":"a file"}}\n' : '');
    }
  });
});

describe('when stdout breaks', () => {
  test('a reader that goes away ends the server cleanly, with nothing on stderr', async () => {
    const server = new ServerRun('server.js');
    server.send(request(1, 'echo'));
    await server.answers(1);
    server.output.destroy();
    server.send(request(2, 'echo'), request(3, 'echo'));
    expect(await server.end()).toEqual(OK);
    expect(server.stderr).toBe('');
  });

  test('… also in the middle of a large answer, with others waiting behind it', async () => {
    const server = new ServerRun('server.js');
    server.output.pause();
    for (let id = 0; id < 30; id++) server.send(request(id, 'text', { bytes: 1_000_000 }));
    await sleep(300);
    server.output.destroy();
    expect(await server.end()).toEqual(OK);
    expect(server.stderr).toBe('');
  });

  test('… also while it waits for answers after the end of stdin', async () => {
    const server = new ServerRun('server.js', ['--errors']);
    server.send(request(1, 'echo'));
    await server.answers(1);
    server.send(request(2, 'slow', { ms: 200, value: 1 }), request(3, 'hang'));
    server.stdin.end();
    server.output.destroy();
    expect(await server.end()).toEqual(OK);
    expect(server.told).not.toContainEqual(expect.objectContaining({ code: 'timeout' }));
  });

  test('SIGPIPE does not end it', async () => {
    const server = new ServerRun('server.js');
    server.send(request(1, 'echo'));
    await server.answers(1);
    server.child.kill('SIGPIPE');
    server.send(request(2, 'echo'));
    await server.answers(2);
    server.stdin.end();
    expect(await server.end()).toEqual(OK);
  });

  test('a signal to the server ends it as any other program', async () => {
    const server = new ServerRun('server.js');
    server.send(request(1, 'echo'));
    await server.answers(1);
    server.child.kill('SIGTERM');
    expect(await server.end()).toEqual({ code: null, signal: 'SIGTERM' });
  });
});

describe('what is on stdout', () => {
  test('is messages only: with redirectStdout, stray output goes to stderr', async () => {
    const server = new ServerRun('server.js', ['--options', '{"redirectStdout":true}']);
    server.send(request(1, 'print', { text: 'a stray line' }), request(2, 'echo'));
    server.stdin.end();
    expect(await server.end()).toEqual(OK);
    expect(server.messages).toEqual([resultOf(1, {}), resultOf(2, {})]);
    expect(server.stderr).toBe('a stray line\n');
  });

  test('without it, what others write is theirs', async () => {
    const server = new ServerRun('server.js');
    server.send(request(1, 'print', { text: '# comment' }));
    server.stdin.end();
    expect(await server.end()).toEqual(OK);
    expect(server.stdout).toContain('# comment\n');
  });
});

describe('what is no message', () => {
  test('is answered with the error that JSON-RPC names, the id where it can be read, and the next one is served', async () => {
    const server = new ServerRun('server.js');
    server.write('this is no JSON\n');
    server.write('{"jsonrpc":"1.0","id":7,"method":"echo"}\n');
    server.write('{"jsonrpc":"2.0","id":"eight","method":8}\n');
    server.write('[{"jsonrpc":"2.0","id":9,"method":"echo"}]\n');
    server.write(Buffer.from([0xff, 0xfe, 0x0a]));
    server.write('\r\n\n  \n');
    server.send(request(10, 'echo'));
    server.stdin.end();
    expect(await server.end()).toEqual(OK);
    expect(server.messages).toEqual([
      { jsonrpc: '2.0', error: { code: -32700, message: expect.stringMatching(/^Parse error/) } },
      { jsonrpc: '2.0', id: 7, error: { code: -32600, message: expect.stringMatching(/"jsonrpc" must be "2.0"/) } },
      { jsonrpc: '2.0', id: 'eight', error: { code: -32600, message: expect.stringMatching(/"method" must be a string/) } },
      { jsonrpc: '2.0', error: { code: -32600, message: expect.stringMatching(/batch/) } },
      { jsonrpc: '2.0', error: { code: -32700, message: expect.stringMatching(/not valid UTF-8/) } },
      resultOf(10, {}),
    ]);
  });
});

describe('one transport after the other on the same stdin and stdout', () => {
  test('each one reads and writes, and the number of listeners does not grow', async () => {
    const server = new ServerRun('one-after-other.js');
    for (let round = 0; round < 12; round++) {
      server.send(request(round, 'go'));
      await server.answers((round + 1) * 51);
      expect(server.messages.at(-1)).toEqual(resultOf(round, { round }));
    }
    // Its stdin is still open: closing alone lets it end.
    expect(await server.end()).toEqual(OK);
    const { before, afterOne, afterAll, warnings } = server.told[0] as Record<string, Record<string, number>>;
    expect(afterAll).toEqual(afterOne);
    expect(warnings).toEqual([]);
    // One for each stream, for its life: it keeps a late EPIPE from being an uncaught exception.
    expect(afterOne?.stdout).toBe((before?.stdout ?? 0) + 1);
    expect(afterOne?.process).toBe(before?.process);
  });
});

test('it ends promptly: no timer of its own holds the process up', async () => {
  const server = new ServerRun('server.js');
  server.send(request(1, 'echo'));
  await server.answers(1);
  server.stdin.end();
  let over = false;
  const end = server.end().then((status) => {
    over = true;
    return status;
  });
  await until('it has ended', () => over, 1_000);
  expect(await end).toEqual(OK);
});
