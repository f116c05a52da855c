import { describe, expect, it } from 'vitest';
import { splitCommandLine } from '../src/command-line.js';
import { parseTarget } from '../src/target.js';

describe('a target that is a URL', () => {
  it.each([
    ['https://host.example/mcp', 'https://host.example/mcp', undefined],
    ['http://127.0.0.1:3000/mcp?a=1', 'http://127.0.0.1:3000/mcp?a=1', undefined],
    ['HTTPS://HOST.example/mcp', 'https://host.example/mcp', undefined],
    ['mcp+https://host.example/mcp', 'https://host.example/mcp', 'streamable-http'],
    ['mcp+http://localhost:3000/mcp', 'http://localhost:3000/mcp', 'streamable-http'],
    ['mcp+sse+http://host.example/sse', 'http://host.example/sse', 'sse'],
    ['mcp+sse+https://localhost/sse', 'https://localhost/sse', 'sse'],
    ['mcp+sse://host.example/sse', 'https://host.example/sse', 'sse'],
    ['mcp+sse://localhost:3000/sse', 'http://localhost:3000/sse', 'sse'],
    ['mcp+sse://127.8.9.1:3000/sse', 'http://127.8.9.1:3000/sse', 'sse'],
    ['mcp+sse://[::1]:3000/sse', 'http://[::1]:3000/sse', 'sse'],
  ])('%s is %s over %s', (target, url, transport) => {
    expect(parseTarget(target)).toEqual({ kind: 'url', url: new URL(url), transport });
  });

  it('may be a URL object', () => {
    expect(parseTarget(new URL('https://host.example/mcp'))).toMatchObject({ kind: 'url', transport: undefined });
  });

  it.each([
    ['ws://host.example/mcp', /"ws:\/\/" is no scheme of MCP.*https:\/\//],
    ['https://', /is not a URL/],
    ['https://user:secret@host.example/mcp', /Authorization/],
  ])('%s is refused', (target, why) => {
    expect(() => parseTarget(target)).toThrow(why);
    expect(() => parseTarget(target)).not.toThrow(/secret/);
  });
});

describe('a target that is a command', () => {
  it('is split into words as a shell would, and nothing in it is run or replaced', () => {
    expect(splitCommandLine(`python "my server.py" --name='a "b"' x\\ y ""`)).toEqual([
      'python',
      'my server.py',
      '--name=a "b"',
      'x y',
      '',
    ]);
    expect(splitCommandLine('run *.js $HOME `id`')).toEqual(['run', '*.js', '$HOME', '`id`']);
  });

  it.each(['a | b', 'a && b', 'a; b', 'a > file', 'a # why'])('that only a shell could run is refused: %s', (text) => {
    expect(() => splitCommandLine(text)).toThrow(/Only a shell understands/);
  });

  it.each(['a "b', "a 'b", `a "b\\"`])('with an open quote is refused: %s', (text) => {
    expect(() => splitCommandLine(text)).toThrow(/is not closed/);
  });

  it('may be a list, whose parts are taken as they are', () => {
    expect(parseTarget(['node', 'a b.js', '|', '$x'])).toEqual({ kind: 'command', command: 'node', args: ['a b.js', '|', '$x'] });
  });

  it('may carry the scheme of stdio', () => {
    const expected = { kind: 'command', command: 'npx', args: ['-y', 'some-server'] };
    expect(parseTarget('mcp+stdio:npx -y some-server')).toEqual(expected);
    expect(parseTarget('mcp+stdio://npx -y some-server')).toEqual(expected);
    expect(parseTarget('npx -y some-server')).toEqual(expected);
  });

  it('is not taken for a URL because of an argument', () => {
    expect(parseTarget('npx mcp-remote https://host.example/mcp')).toMatchObject({ kind: 'command', command: 'npx' });
  });

  it.each(['', '   ', 'mcp+stdio:', '""'])('that is empty is refused: %j', (target) => {
    expect(() => parseTarget(target)).toThrow(/empty command line/);
  });
});
