import { describe, expect, test } from 'vitest';
import { hasMethod, methodsOf, nameParamOf, REVISIONS } from '../src/index.js';
import { definitionsOf, hasSchemas, methodsOfUnion } from './schema.js';

const unions = [
  ['ClientRequest', 'client', 'request'],
  ['ClientNotification', 'client', 'notification'],
  ['ServerRequest', 'server', 'request'],
  ['ServerNotification', 'server', 'notification'],
] as const;

describe.skipIf(!hasSchemas).each(REVISIONS)('the methods of %s are those of its published schema', (revision) => {
  test.each(unions)('%s', (union, sender, kind) => {
    const expected = methodsOfUnion(definitionsOf(revision), union);
    expect(methodsOf(revision, sender, kind).sort()).toEqual(expected.sort());
  });
});

describe('methods', () => {
  test('come and go with the revisions, and belong to a side', () => {
    expect(hasMethod('2025-11-25', 'client', 'initialize')).toBe(true);
    expect(hasMethod('2026-07-28', 'client', 'initialize')).toBe(false);
    expect(hasMethod('2026-07-28', 'client', 'server/discover')).toBe(true);
    expect(hasMethod('2026-07-28', 'server', 'server/discover')).toBe(false);
    expect(hasMethod('2025-03-26', 'server', 'elicitation/create')).toBe(false);
    expect(hasMethod('2025-06-18', 'server', 'elicitation/create')).toBe(true);
    expect(hasMethod('2026-07-28', 'client', 'toString')).toBe(false);
  });

  test('of 2026-07-28: a server sends no request, and a client no notification but one', () => {
    expect(methodsOf('2026-07-28', 'server', 'request')).toEqual([]);
    expect(methodsOf('2026-07-28', 'client', 'notification')).toEqual(['notifications/cancelled']);
  });

  test('three of them, and the three of the tasks extension, have a name that a header repeats', () => {
    expect(nameParamOf('tools/call')).toBe('name');
    expect(nameParamOf('prompts/get')).toBe('name');
    expect(nameParamOf('resources/read')).toBe('uri');
    for (const method of ['tasks/get', 'tasks/update', 'tasks/cancel']) expect(nameParamOf(method)).toBe('taskId');
    for (const method of ['tools/list', 'completion/complete', 'initialize', 'constructor']) expect(nameParamOf(method)).toBeUndefined();
  });
});
