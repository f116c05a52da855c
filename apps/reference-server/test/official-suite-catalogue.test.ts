import type { Params } from '@mcpwire/jsonrpc';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it, vi } from 'vitest';
import { createSuiteCatalogue } from '../src/suite/index.js';
import { type Connection, connectAs, envelope, everyVersion, modernVersion, refusal, until } from './support/connection.js';

const capabilities = { elicitation: {}, sampling: {}, roots: {} };
/** Those that can ask the user. */
const versions = everyVersion.filter((version) => version >= '2025-06-18');

const responses: Readonly<Record<string, Params>> = {
  'elicitation/create': { action: 'accept', content: { name: 'Ada', color: 'blue', ok: true, context: 'poems' } },
  'sampling/createMessage': { role: 'assistant', content: { type: 'text', text: 'Paris' }, model: 'test' },
  'roots/list': { roots: [{ uri: 'file:///home' }] },
};

const args: Readonly<Record<string, Params>> = {
  test_sampling: { prompt: 'Well?' },
  test_elicitation: { message: 'Well?' },
  json_schema_2020_12_tool: { contactMethod: 'phone', phone: '1', address: { city: 'Rome' } },
  test_custom_header: { region: 'north' },
};

/** A client that answers whatever it is asked, by requests or in rounds, as its revision has it. */
async function connect(version: string, catalogue = createSuiteCatalogue()): Promise<Connection & { ask: Connection['request'] }> {
  const connection = await connectAs(version, { capabilities, catalogue });
  for (const [method, response] of Object.entries(responses)) connection.client.handle(method, () => response);
  const ask = async <Result = Params>(method: string, params: Params = {}): Promise<Result> => {
    let result = await connection.request<Params>(method, params);
    while (result.resultType === 'input_required') result = await connection.request(method, { ...params, ...answer(result) });
    return result as Result;
  };
  return { ...connection, ask };
}

function answer({ inputRequests, requestState }: Params): Params {
  const entries = Object.entries(inputRequests as Record<string, { method: string }>);
  const inputResponses = Object.fromEntries(entries.map(([key, { method }]) => [key, responses[method]]));
  return { inputResponses, ...(requestState !== undefined && { requestState }) };
}

describe.each(versions)('what the official suite asks for, in revision %s', (version) => {
  it('is all there, and every tool gives back what fits the revision', async () => {
    const { ask, request } = await connect(version);
    const { tools } = await request<{ tools: { name: string }[] }>('tools/list');
    expect(tools.length).toBeGreaterThan(25);
    for (const { name } of tools) {
      const result = await ask('tools/call', { name, arguments: args[name] ?? {} });
      expect(result, name).toHaveProperty('content.0.type');
      const fails = name === 'test_error_handling' || (version < '2025-11-25' && /_sep\d+_/.test(name));
      expect('isError' in result, name).toBe(fails);
    }
    const { prompts } = await request<{ prompts: { name: string; arguments: { name: string }[] }[] }>('prompts/list');
    for (const prompt of prompts) {
      const given = Object.fromEntries(prompt.arguments.map(({ name }) => [name, 'test://given']));
      expect(await ask('prompts/get', { name: prompt.name, arguments: given }), prompt.name).toHaveProperty('messages.0.content');
    }
    const { resources } = await request<{ resources: { uri: string }[] }>('resources/list');
    for (const { uri } of [...resources, { uri: 'test://template/7/data' }])
      expect(await request('resources/read', { uri })).toMatchObject({ contents: [{ uri }] });
  });

  it('includes the answers of the client', async () => {
    const { ask } = await connect(version);
    const text = async (name: string): Promise<unknown> => {
      const { content } = await ask<{ content: { text: string }[] }>('tools/call', { name, arguments: args[name] ?? {} });
      return content[0]?.text;
    };
    expect(await text('test_input_required_result_elicitation')).toBe('Hello, Ada!');
    expect(await text('test_input_required_result_sampling')).toBe('Paris');
    expect(await text('test_input_required_result_list_roots')).toContain('file:///home');
    expect(await text('test_input_required_result_multi_round')).toBe('Ada likes blue.');
    expect(await text('test_input_required_result_request_state')).toContain('state-ok');
    expect(await text('test_sampling')).toContain('Paris');
    expect(await text('test_elicitation')).toContain('Ada');
  });

  it('completes arguments by how they begin', async () => {
    const { request } = await connect(version);
    const complete = (ref: object, name: string, value: string): Promise<Params> =>
      request('completion/complete', { ref, argument: { name, value } });
    const prompt = { type: 'ref/prompt', name: 'test_prompt_with_arguments' };
    expect(await complete(prompt, 'arg1', 'par')).toMatchObject({
      completion: { values: ['paris', 'park', 'party'], total: 3, hasMore: false },
    });
    const template = { type: 'ref/resource', uri: 'test://template/{id}/data' };
    expect(await complete(template, 'id', '12')).toMatchObject({ completion: { values: ['12', '123'] } });
    for (const [ref, name] of [
      [{ type: 'ref/prompt', name: 'nothing' }, 'arg1'],
      [{ type: 'ref/prompt', name: 'toString' }, 'arg1'],
      [{ type: 'ref/tool', name: 'nothing' }, 'arg1'],
      [prompt, 'arg3'],
      [prompt, 'toString'],
    ] as const)
      expect(await refusal(complete(ref, name, ''))).toMatchObject({ code: -32602 });
  });

  it('tells whoever shares the catalogue when a list changes', async () => {
    const catalogue = createSuiteCatalogue();
    const [changer, listener] = [await connect(version, catalogue), await connect(version, catalogue)];
    const heard: string[] = [];
    for (const list of ['tools', 'prompts'])
      listener.client.handleNotification(`notifications/${list}/list_changed`, () => heard.push(list));
    const controller = new AbortController();
    if (version === modernVersion) {
      const { signal } = controller;
      const notifications = { toolsListChanged: true, promptsListChanged: true, resourcesListChanged: true };
      void listener.request('subscriptions/listen', { notifications }, { signal }).catch(() => {});
      await until(() => listener.notifications.length > 0);
      expect(listener.notifications[0]?.[1].notifications).toEqual({ toolsListChanged: true, promptsListChanged: true });
    }
    const before = await listener.request<{ tools: object[] }>('tools/list');
    await changer.callTool('test_trigger_tool_change');
    await changer.callTool('test_trigger_prompt_change');
    await until(() => heard.length === 2);
    expect(heard).toEqual(['tools', 'prompts']);
    expect((await listener.request<{ tools: object[] }>('tools/list')).tools.length).toBe(before.tools.length + 1);
    expect(await listener.callTool('test_passing_tool')).toHaveProperty('content');
    expect(await listener.request('prompts/get', { name: 'test_passing_prompt' })).toHaveProperty('messages');
    controller.abort();
  });
});

describe('what the official suite asks for, in 2026-07-28', () => {
  const call = (name: string, more: Params = {}): [string, Params] => ['tools/call', { name, arguments: {}, ...more }];

  it('tells a stream nothing of a list that it has not asked for', async () => {
    const { client, request, callTool, notifications } = await connect(modernVersion);
    const heard: string[] = [];
    for (const list of ['tools', 'prompts']) client.handleNotification(`notifications/${list}/list_changed`, () => heard.push(list));
    const controller = new AbortController();
    void request('subscriptions/listen', { notifications: { promptsListChanged: true } }, { signal: controller.signal }).catch(() => {});
    await until(() => notifications.length > 0);
    await callTool('test_trigger_tool_change');
    await callTool('test_trigger_prompt_change');
    await until(() => heard.length > 0);
    expect(heard).toEqual(['prompts']);
    controller.abort();
  });

  it('takes back no state but what it gave out, for the same request, in time', async () => {
    const { request } = await connect(modernVersion);
    const { requestState, ...asked } = await request<Params & { requestState: string }>(
      ...call('test_input_required_result_request_state'),
    );
    const answers = answer(asked);
    const withState = (state: unknown, name = 'test_input_required_result_request_state'): Promise<Params> =>
      request(...call(name, { ...answers, requestState: state }));
    const [payload = '', signature = ''] = requestState.split('.');
    const other = Buffer.from(Buffer.from(payload, 'base64url').toString().replace('{}', '{"a":1}')).toString('base64url');
    for (const state of ['', '.', payload, `${requestState}x`, `${requestState}.`, `${other}.${signature}`, `${payload}.`, 7, null])
      expect(await refusal(withState(state)), String(state)).toMatchObject({
        code: -32602,
        message: expect.stringContaining('requestState'),
      });
    expect(await refusal(withState(requestState, 'test_input_required_result_tampered_state'))).toMatchObject({ code: -32602 });
    const later = Date.now() + 11 * 60_000;
    const now = vi.spyOn(Date, 'now').mockReturnValue(later);
    expect(await refusal(withState(requestState))).toMatchObject({ code: -32602, message: expect.stringContaining('older') });
    now.mockRestore();
    expect(await withState(requestState)).toMatchObject({ resultType: 'complete' });
  });

  it('takes no answer that comes without the state that went out with the question', async () => {
    const { request } = await connect(modernVersion);
    const asked = await request(...call('test_input_required_result_request_state'));
    const { inputResponses } = answer(asked);
    expect(await request(...call('test_input_required_result_request_state', { inputResponses }))).toMatchObject({
      resultType: 'input_required',
    });
  });

  it('takes no answer of another kind than was asked for', async () => {
    const { request } = await connect(modernVersion);
    const name = 'test_input_required_result_elicitation';
    for (const inputResponses of [null, 'x', [], { user_name: 7 }, { user_name: {} }, { user_name: { action: 'accept' } }])
      expect(await refusal(request(...call(name, { inputResponses })))).toMatchObject({ code: -32602 });
    expect(await request(...call(name, { inputResponses: { user_name: { action: 'decline' } } }))).toMatchObject({
      resultType: 'complete',
    });
  });

  it('asks a client nothing that it does not take', async () => {
    const { client } = await connect(modernVersion);
    const meta = { _meta: envelope({ sampling: {} }) };
    const asked = await client.request<Params>(...call('test_input_required_result_capabilities', meta));
    expect(Object.values(asked.inputRequests as object)).toEqual([expect.objectContaining({ method: 'sampling/createMessage' })]);
    expect(await refusal(client.request(...call('test_input_required_result_elicitation', meta)))).toMatchObject({
      code: -32021,
      data: { requiredCapabilities: { elicitation: {} } },
    });
  });
});

describe('the schema with every keyword', () => {
  it('lets through exactly what the tool takes', async () => {
    const { callTool, request } = await connect('2025-11-25');
    const { tools } = await request<{ tools: { name: string; inputSchema: object }[] }>('tools/list');
    const validate = new Ajv2020({ strict: false }).compile(
      tools.find(({ name }) => name === 'json_schema_2020_12_tool')?.inputSchema as object,
    );
    for (const given of [
      {},
      { phone: '1' },
      { email: 'a' },
      { contactMethod: 'phone', phone: '1' },
      { contactMethod: 'phone', email: 'a' },
      { contactMethod: 'email', phone: '1' },
      { contactMethod: 'post', email: 'a' },
      { email: 'a', address: { street: 's', city: 'c' } },
      { email: 'a', address: { street: 1 } },
      { email: 'a', address: 'here' },
      { email: 'a', stranger: 1 },
    ])
      expect('isError' in (await callTool('json_schema_2020_12_tool', given)), JSON.stringify(given)).toBe(!validate(given));
  });
});

describe('the standard catalogue', () => {
  it.each(everyVersion)('has no completion, and says so (%s)', async (version) => {
    const { request } = await connectAs(version);
    const ref = { type: 'ref/prompt', name: 'greet' };
    expect(await refusal(request('completion/complete', { ref, argument: { name: 'name', value: '' } }))).toMatchObject({ code: -32601 });
  });
});
