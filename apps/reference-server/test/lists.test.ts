import type { Params } from '@mcpwire/jsonrpc';
import { describe, expect, it } from 'vitest';
import { connectAs, everyVersion, modernVersion, refusal } from './support/connection.js';

const lists = [
  ['tools/list', 'tools'],
  ['resources/list', 'resources'],
  ['resources/templates/list', 'resourceTemplates'],
  ['prompts/list', 'prompts'],
] as const;

describe.each(everyVersion)('in revision %s', (version) => {
  it('everything that can be listed is listed, on one page', async () => {
    const { request } = await connectAs(version);
    const names = async (method: string, member: string): Promise<unknown[]> => {
      const result = await request(method);
      expect(result).not.toHaveProperty('nextCursor');
      return (result[member] as Params[]).map(({ name }) => name);
    };
    expect(await names('tools/list', 'tools')).toEqual(['echo', 'echo_stream', 'fetch', 'slow', 'fail', 'set_note', 'ask']);
    expect(await names('resources/list', 'resources')).toEqual(['note', 'greetings', 'bytes', 'large']);
    expect(await names('resources/templates/list', 'resourceTemplates')).toEqual(['filler']);
    expect(await names('prompts/list', 'prompts')).toEqual(['greet', 'summarize']);
  });

  it('titles, annotations and output schemas are there if the revision has them', async () => {
    const { request } = await connectAs(version);
    const { tools } = await request<{ tools: Params[] }>('tools/list');
    const slow = tools.find(({ name }) => name === 'slow') as Params;
    expect('title' in slow).toBe(version >= '2025-06-18');
    expect('outputSchema' in slow).toBe(version >= '2025-06-18');
    expect('annotations' in slow).toBe(version >= '2025-03-26');
    if (version === '2025-03-26') expect(slow.annotations).toHaveProperty('title');
    const { prompts } = await request<{ prompts: { arguments: object[] }[] }>('prompts/list');
    for (const argument of prompts.flatMap((prompt) => prompt.arguments)) expect('title' in argument).toBe(version >= '2025-06-18');
  });

  it('pages follow one another by their cursors, on any connection', async () => {
    for (const [method, member] of lists) {
      const whole = (await (await connectAs(version)).request(method))[member] as object[];
      const seen: object[] = [];
      let cursor: unknown;
      do {
        const { request } = await connectAs(version, { pageSize: 2 });
        const page = await request(method, cursor === undefined ? {} : { cursor });
        seen.push(...(page[member] as object[]));
        expect((page[member] as object[]).length).toBeLessThanOrEqual(2);
        cursor = page.nextCursor;
      } while (cursor !== undefined);
      expect(seen).toEqual(whole);
    }
  });

  it('a cursor that was never given out is refused with -32602', async () => {
    const { request } = await connectAs(version, { pageSize: 2 });
    const { nextCursor } = await request<{ nextCursor: string }>('tools/list');
    expect(await request('tools/list', { cursor: nextCursor })).toHaveProperty('tools');
    for (const [method] of lists) {
      for (const cursor of [
        '',
        'nonsense',
        `${nextCursor}x`,
        Buffer.from('tools:3').toString('base64url'),
        Buffer.from('tools:-2').toString('base64url'),
        2,
        null,
        {},
      ]) {
        expect(await refusal(request(method, { cursor }))).toMatchObject({ code: -32602, message: expect.stringContaining('cursor') });
      }
    }
    expect(await refusal(request('resources/list', { cursor: nextCursor }))).toMatchObject({ code: -32602 });
  });

  it('resources are read: many scripts, every byte, a large one, one made to measure', async () => {
    const { request } = await connectAs(version);
    const read = async (uri: string): Promise<Params> =>
      (await request<{ contents: Params[] }>('resources/read', { uri })).contents[0] as Params;
    const { resources } = await request<{ resources: { uri: string; size?: number }[] }>('resources/list');
    for (const { uri, size } of resources) {
      const contents = await read(uri);
      expect(contents.uri).toBe(uri);
      const bytes = 'blob' in contents ? Buffer.from(contents.blob as string, 'base64') : Buffer.from(contents.text as string);
      if (size !== undefined) expect(bytes.length).toBe(size);
    }
    expect((await read('reference://greetings')).text).toContain('👩‍👩‍👧‍👦');
    expect([...Buffer.from((await read('reference://bytes')).blob as string, 'base64')]).toEqual(
      Array.from({ length: 256 }, (_, byte) => byte),
    );
    expect(((await read('reference://large')).text as string).length).toBe(1024 * 1024);
    for (const bytes of [0, 1, 1000, 4 * 1024 * 1024])
      expect(((await read(`reference://filler/${bytes}`)).text as string).length).toBe(bytes);
  });

  it('a resource that does not exist is refused with the code of its revision', async () => {
    const { request } = await connectAs(version);
    for (const uri of [
      'reference://nothing',
      'file:///etc/passwd',
      '',
      'reference://filler/-1',
      'reference://filler/1e3',
      'reference://filler/',
    ]) {
      const { code, data } = await refusal(request('resources/read', { uri }));
      expect(code).toBe(version === modernVersion ? -32602 : -32002);
      expect(data).toEqual({ uri });
    }
    expect(await refusal(request('resources/read', { uri: 'reference://filler/4194305' }))).toMatchObject({ code: -32602 });
    expect(await refusal(request('resources/read', { uri: 7 }))).toMatchObject({ code: -32602 });
    expect(await refusal(request('resources/read'))).toMatchObject({ code: -32602 });
  });

  it('prompts are filled in', async () => {
    const { request } = await connectAs(version);
    expect(await request('prompts/get', { name: 'greet', arguments: { name: 'Ada', language: 'French' } })).toMatchObject({
      messages: [{ role: 'user', content: { type: 'text', text: 'Greet Ada in French, in one sentence.' } }],
    });
    expect(await request('prompts/get', { name: 'summarize', arguments: { uri: 'reference://greetings' } })).toMatchObject({
      messages: [{ content: { type: 'resource', resource: { uri: 'reference://greetings' } } }, { content: { type: 'text' } }],
    });
  });

  it('a prompt that does not exist, or lacks what it needs, is refused with -32602', async () => {
    const { request } = await connectAs(version);
    for (const params of [
      {},
      { name: 'nothing' },
      { name: 'greet' },
      { name: 'greet', arguments: {} },
      { name: 'greet', arguments: { name: 7 } },
      { name: 'greet', arguments: ['Ada'] },
      { name: 'greet', arguments: 'Ada' },
      { name: 'constructor' },
    ]) {
      expect(await refusal(request('prompts/get', params))).toMatchObject({ code: -32602 });
    }
  });
});
