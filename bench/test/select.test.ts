import { describe, expect, test } from 'vitest';
import { SelectionError, selectByName } from '../src/select.js';

const items = ['stdio/pipelined', 'stdio/ping-pong', 'framing/decode', 'sdk-v2+mcpwire'].map((name) => ({ name }));
const names = (...patterns: string[]): string[] => selectByName(items, patterns, 'scenario').map(({ name }) => name);

describe('a selection', () => {
  test('of nothing in particular is everything', () => {
    expect(names()).toHaveLength(4);
  });

  test('takes globs and names, in the order of the items and each once', () => {
    expect(names('framing/*', 'stdio/p*', 'stdio/ping-pong')).toEqual(['stdio/pipelined', 'stdio/ping-pong', 'framing/decode']);
  });

  test('takes a name literally, even where it has characters of a glob', () => {
    expect(names('sdk-v2+mcpwire')).toEqual(['sdk-v2+mcpwire']);
  });

  test('refuses a pattern that matches nothing, and names what comes nearest first', () => {
    expect(() => names('stdio/pipelind')).toThrow(SelectionError);
    expect(() => names('stdio/pipelind')).toThrow(/no scenario matches 'stdio\/pipelind'. Nearest: stdio\/pipelined,/);
    expect(() => names('stdio/*', 'decode')).toThrow(/Nearest: framing\/decode,/);
  });
});
