import { Client as ClientV2 } from '@modelcontextprotocol/client';
import { StdioClientTransport as StdioClientTransportV2 } from '@modelcontextprotocol/client/stdio';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as StdioClientTransportV1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ElicitRequestSchema, ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { until } from './support/connection.js';
import { program } from './support/program.js';

const server = { command: process.execPath, args: [program, 'stdio'], stderr: 'inherit' as const };
const clientInfo = { name: 'test', version: '1.0.0' };
const capabilities = { elicitation: { form: {} } };

interface CallOptions {
  signal?: AbortSignal;
  onprogress?: (progress: { message?: string | undefined }) => void;
}

/** A connected client, and what both majors call differently. */
interface Connected<Client> {
  client: Client;
  errors: Error[];
  callTool(name: string, args: Record<string, unknown>, options?: CallOptions): Promise<unknown>;
}

async function connectV1(): Promise<Connected<ClientV1>> {
  const client = new ClientV1(clientInfo, { capabilities });
  const errors: Error[] = [];
  client.onerror = (error) => errors.push(error);
  await client.connect(new StdioClientTransportV1(server));
  onTestFinished(() => client.close());
  return { client, errors, callTool: (name, args, options) => client.callTool({ name, arguments: args }, undefined, options) };
}

async function connectV2(mode: 'legacy' | 'auto'): Promise<Connected<ClientV2>> {
  const client = new ClientV2(clientInfo, { capabilities, versionNegotiation: { mode } });
  const errors: Error[] = [];
  client.onerror = (error) => errors.push(error);
  await client.connect(new StdioClientTransportV2(server));
  onTestFinished(() => client.close());
  return { client, errors, callTool: (name, args, options) => client.callTool({ name, arguments: args }, options) };
}

const clients = [
  ['SDK v1', '2025-11-25', connectV1],
  ['SDK v2, legacy', '2025-11-25', () => connectV2('legacy')],
  ['SDK v2, auto', '2026-07-28', () => connectV2('auto')],
] as const;

describe.each(clients)('the official client, %s', (name, revision, connectClient) => {
  // The methods used here are the same in both majors.
  const connect = connectClient as () => Promise<Connected<ClientV2>>;

  it(`agrees on ${revision} and lists everything`, async () => {
    const { client, errors } = await connect();
    expect(client.getServerVersion()).toMatchObject({ name: 'mcpwire-reference-server', title: 'mcpwire reference server' });
    expect(client.getServerCapabilities()).toMatchObject({ tools: {}, prompts: {}, resources: { subscribe: true } });
    expect(client.getInstructions()).toContain('set_note');
    if (name !== 'SDK v1') expect(client.getNegotiatedProtocolVersion()).toBe(revision);
    expect((await client.listTools()).tools.map((tool) => tool.name)).toEqual([
      'echo',
      'echo_stream',
      'fetch',
      'slow',
      'fail',
      'set_note',
      'ask',
    ]);
    expect((await client.listResources()).resources.length).toBe(4);
    expect((await client.listResourceTemplates()).resourceTemplates.length).toBe(1);
    expect((await client.listPrompts()).prompts.length).toBe(2);
    expect(errors).toEqual([]);
  });

  it('calls tools, reads resources and gets prompts', async () => {
    const { client, callTool, errors } = await connect();
    await client.listTools();
    expect(await callTool('echo', { text: 'grüße 👋' })).toMatchObject({ content: [{ type: 'text', text: 'grüße 👋' }] });
    // The client holds structured content against the tool's output schema by itself.
    expect(await callTool('slow', { ms: 1 })).toMatchObject({ structuredContent: { waitedMs: expect.any(Number) } });
    expect(await callTool('fail', { how: 'tool' })).toMatchObject({ isError: true });
    await expect(callTool('fail', { how: 'protocol' })).rejects.toMatchObject({ code: 1000 });
    await expect(callTool('fail', { how: 'throw' })).rejects.toMatchObject({ code: -32603 });
    await expect(callTool('nothing', {})).rejects.toMatchObject({ code: -32602 });
    expect((await client.readResource({ uri: 'reference://large' })).contents[0]).toHaveProperty('text.length', 1024 * 1024);
    expect(await client.getPrompt({ name: 'greet', arguments: { name: 'Ada' } })).toHaveProperty('messages.length', 1);
    expect(errors).toEqual([]);
  });

  it('sees the progress of a call', async () => {
    const { callTool, errors } = await connect();
    const pieces: (string | undefined)[] = [];
    const result = await callTool(
      'echo_stream',
      { text: 'one two three', chunks: 3, delayMs: 100 },
      { onprogress: ({ message }) => pieces.push(message) },
    );
    expect(result).toMatchObject({ content: [{ text: 'one two three' }] });
    // The clients drop a piece that they read in one go with the answer, which a busy machine may bring about; never one in between.
    expect(pieces.length).toBeGreaterThanOrEqual(1);
    expect('one two three'.startsWith(pieces.join(''))).toBe(true);
    expect(errors).toEqual([]);
  });

  it('cancels a call, and goes on', async () => {
    const { callTool, errors } = await connect();
    const controller = new AbortController();
    const call = callTool('slow', { ms: 60_000 }, { signal: controller.signal });
    setTimeout(() => controller.abort(), 50);
    await expect(call).rejects.toThrow();
    expect(await callTool('echo', { text: 'still here' })).toMatchObject({ content: [{ text: 'still here' }] });
    expect(errors).toEqual([]);
  });
});

describe('the user behind the official client', () => {
  it('is asked through SDK v1', async () => {
    const { client, callTool, errors } = await connectV1();
    client.setRequestHandler(ElicitRequestSchema, ({ params }) => ({ action: 'accept', content: { answer: `re: ${params.message}` } }));
    expect(await callTool('ask', { question: 'Well?' })).toMatchObject({ content: [{ text: 're: Well?' }] });
    expect(errors).toEqual([]);
  });

  it.each(['legacy', 'auto'] as const)('is asked through SDK v2 (%s)', async (mode) => {
    const { client, callTool, errors } = await connectV2(mode);
    client.setRequestHandler('elicitation/create', ({ params }) => ({ action: 'accept', content: { answer: `re: ${params.message}` } }));
    expect(await callTool('ask', { question: 'Well?' })).toMatchObject({ content: [{ text: 're: Well?' }] });
    expect(errors).toEqual([]);
  });
});

describe('a change of the note', () => {
  it('is heard of by SDK v1, which subscribes', async () => {
    const { client, callTool, errors } = await connectV1();
    const updated: string[] = [];
    client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => {
      updated.push(params.uri);
    });
    await client.subscribeResource({ uri: 'reference://note' });
    await callTool('set_note', { text: 'news' });
    await until(() => updated.length === 1);
    expect(updated).toEqual(['reference://note']);
    expect(errors).toEqual([]);
  });

  it('is heard of by SDK v2, which listens, until the server ends the stream in good order', async () => {
    const { client, callTool, errors } = await connectV2('auto');
    const updated: string[] = [];
    client.setNotificationHandler('notifications/resources/updated', ({ params }) => {
      updated.push(params.uri);
    });
    const subscription = await client.listen({ resourceSubscriptions: ['reference://note'], toolsListChanged: true });
    expect(subscription.honoredFilter).toEqual({ resourceSubscriptions: ['reference://note'] });
    await callTool('set_note', { text: 'news' });
    await until(() => updated.length === 1);
    process.kill((client.transport as StdioClientTransportV2).pid as number, 'SIGTERM');
    expect(await subscription.closed).toBe('graceful');
    expect(errors).toEqual([]);
  });

  it('is no longer heard of by SDK v2 once it has closed its subscription', async () => {
    const { client, callTool, errors } = await connectV2('auto');
    const updated: string[] = [];
    client.setNotificationHandler('notifications/resources/updated', ({ params }) => {
      updated.push(params.uri);
    });
    const subscription = await client.listen({ resourceSubscriptions: ['reference://note'] });
    await subscription.close();
    await callTool('set_note', { text: 'unheard' });
    await callTool('echo', { text: 'after' });
    expect(updated).toEqual([]);
    expect(errors).toEqual([]);
  });
});
