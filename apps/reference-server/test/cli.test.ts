import { describe, expect, it } from 'vitest';
import { envelope, until } from './support/connection.js';
import { initialize, run, toolCall } from './support/program.js';

const listen = (id: number): object => ({
  jsonrpc: '2.0',
  id,
  method: 'subscriptions/listen',
  params: { notifications: { resourceSubscriptions: ['reference://note'] }, _meta: envelope() },
});

describe('mcpwire-reference-server stdio', () => {
  it('answers a lone ping with one line, and exits with 0 at the end of input', async () => {
    const { child, ended, messages, ...rest } = run('stdio');
    child.stdin.end('{"jsonrpc":"2.0","id":1,"method":"ping"}\n');
    expect(await ended).toEqual({ code: 0, signal: null });
    expect(messages).toEqual([{ jsonrpc: '2.0', id: 1, result: {} }]);
    expect(rest.stderr).toBe('');
  });

  it('exits with 0 when there is nothing to read at all', async () => {
    const { child, ended } = run('stdio');
    child.stdin.end();
    expect(await ended).toEqual({ code: 0, signal: null });
  });

  it('writes the answers that are still to come after the end of input', async () => {
    const { child, ended, messages, write } = run('stdio');
    write(initialize, toolCall(1, 'slow', { ms: 300 }), toolCall(2, 'echo', { text: 'quick' }));
    child.stdin.end();
    expect(await ended).toEqual({ code: 0, signal: null });
    expect(messages.map((message) => 'id' in message && message.id)).toEqual(['init', 2, 1]);
  });

  it('does not wait for open subscriptions at the end of input, and ends them in good order', async () => {
    const { child, ended, write, answer } = run('stdio', '--grace-ms', '60000');
    write(listen(7));
    child.stdin.end();
    expect((await answer(7)).result).toMatchObject({ resultType: 'complete', _meta: { 'io.modelcontextprotocol/subscriptionId': 7 } });
    expect(await ended).toEqual({ code: 0, signal: null });
  });

  it('gives up at the end of input what takes longer than --grace-ms, and says so', async () => {
    const { child, ended, write, answer } = run('stdio', '--grace-ms', '50');
    write(initialize, toolCall(1, 'slow', { ms: 60_000 }));
    child.stdin.end();
    expect((await answer(1)).error).toMatchObject({ code: -31002 });
    expect(await ended).toEqual({ code: 0, signal: null });
  });

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`finishes what it is doing on ${signal}, takes nothing new, and exits with 0`, async () => {
      const { child, ended, write, answer, messages } = run('stdio');
      write(initialize, listen(5), toolCall(1, 'slow', { ms: 500 }), toolCall(2, 'echo', { text: 'ready' }));
      await answer(2);
      child.kill(signal);
      expect((await answer(5)).result).toMatchObject({ resultType: 'complete' });
      write(toolCall(3, 'echo', { text: 'late' }));
      expect((await answer(3)).error).toMatchObject({ code: -31002 });
      expect((await answer(1)).result).toHaveProperty('content');
      expect(await ended).toEqual({ code: 0, signal: null });
      expect(messages.at(-1)).toMatchObject({ method: 'notifications/cancelled', params: { requestId: 5 } });
    });
  }

  it('stops at once on a second signal', async () => {
    const { child, ended, write, answer } = run('stdio');
    write(initialize, toolCall(1, 'slow', { ms: 60_000 }), listen(2), toolCall(3, 'echo', { text: 'ready' }));
    await answer(3);
    child.kill('SIGTERM');
    await answer(2);
    child.kill('SIGTERM');
    expect(await ended).toEqual({ code: null, signal: 'SIGTERM' });
  });

  it('ends when nobody reads any more', async () => {
    const { child, ended, write, answer } = run('stdio');
    write(initialize);
    await answer('init');
    child.stdout.destroy();
    write(toolCall(1, 'echo', { text: 'to nobody' }));
    expect(await ended).toEqual({ code: 0, signal: null });
  });

  it('answers lines that are no messages, and goes on', async () => {
    const { write, answer, messages } = run('stdio');
    write('not json', '[]', '{"jsonrpc":"2.0","id":1}', { jsonrpc: '2.0', id: 2, method: 'ping' });
    await answer(2);
    expect(messages.map((message) => ('error' in message ? message.error.code : 'result'))).toEqual([-32700, -32600, -32600, 'result']);
  });

  it('streams progress and obeys a cancellation', async () => {
    const { write, seen, answer, messages } = run('stdio');
    const call = {
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'echo_stream', arguments: { text: 'one two', chunks: 2, delayMs: 1 }, _meta: { progressToken: 'token' } },
    };
    write(initialize, call);
    expect((await answer(1)).result).toMatchObject({ content: [{ text: 'one two' }] });
    const pieces = messages.flatMap((message) =>
      'method' in message && message.method === 'notifications/progress' ? [message.params?.message] : [],
    );
    expect(pieces.join('')).toBe('one two');
    write(
      toolCall(2, 'slow', { ms: 60_000 }),
      { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 2 } },
      { jsonrpc: '2.0', id: 3, method: 'ping' },
    );
    await seen((message) => !('method' in message) && message.id === 3);
    expect(messages.some((message) => !('method' in message) && message.id === 2)).toBe(false);
  });

  it('answers a batch as one line in 2025-03-26, the one revision that has them', async () => {
    const { write, answer, ...running } = run('stdio');
    write({ ...initialize, params: { ...(initialize as { params: object }).params, protocolVersion: '2025-03-26' } });
    await answer('init');
    write('[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":2,"method":"ping"}]');
    await until(() => running.messages.length === 2);
    expect(running.messages[1]).toEqual([1, 2].map((id) => ({ jsonrpc: '2.0', id, result: {} })));
  });

  it('does as its options say', async () => {
    const { write, answer } = run('stdio', '--page-size', '2', '--allow-fetch', 'example.com', '--allow-fetch', '[::1]:80');
    write(initialize, { jsonrpc: '2.0', id: 1, method: 'tools/list' }, toolCall(2, 'fetch', { url: 'http://127.0.0.1:1/' }));
    expect((await answer(1)).result).toMatchObject({ tools: [{ name: 'echo' }, { name: 'echo_stream' }], nextCursor: expect.any(String) });
    expect((await answer(2)).result).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('example.com, [::1]:80') }],
    });
  });

  it('logs to stderr with --verbose, and never to stdout', async () => {
    const running = run('stdio', '--verbose');
    running.write(initialize, 'not json', toolCall(1, 'fail', { how: 'protocol' }));
    await running.answer(1);
    running.child.stdin.end();
    await running.ended;
    for (const line of ['→ request "init" initialize', '← result "init"', 'TransportError: ', '← error 1 1000', 'stopped'])
      expect(running.stderr).toContain(line);
    expect(
      running.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(running.messages);
  });
});

describe('mcpwire-reference-server', () => {
  it.each([['--help'], ['stdio', '--help'], ['help', 'stdio'], ['--version']])(
    'answers %s %s on stdout and exits with 0',
    async (...args) => {
      const running = run(...args);
      expect(await running.ended).toEqual({ code: 0, signal: null });
      expect(running.stdout).toMatch(/Usage: mcpwire-reference-server|^\d+\.\d+\.\d+/);
      expect(running.stderr).toBe('');
    },
  );

  it.each([
    ['', 'Usage:'],
    ['stido', 'Did you mean stdio?'],
    ['stdio --nothing', "unknown option '--nothing'"],
    ['stdio more', 'too many arguments'],
    ['stdio --page-size 0', 'whole number from 1'],
    ['stdio --page-size', 'argument missing'],
    ['stdio --grace-ms soon', 'whole number from 0'],
    ['stdio --allow-fetch http://example.com', 'no host to allow'],
    ['constructor', "unknown command 'constructor'"],
  ])('can do nothing with "%s", says why on stderr, and exits with 2', async (line, words) => {
    const running = run(...line.split(' ').filter(Boolean));
    expect(await running.ended).toEqual({ code: 2, signal: null });
    expect(running.stderr).toContain(words);
    expect(running.stdout).toBe('');
  });
});
