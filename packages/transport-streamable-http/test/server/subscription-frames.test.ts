import { createEventStreamDecoder } from '@mcpwire/event-stream';
import { describe, expect, test } from 'vitest';
import type { ChangeEvent } from '../../src/server/change-event.js';
import { createChangeEncoder, encodeAcknowledgement } from '../../src/server/subscription-frames.js';

const SUBSCRIPTION_ID = 'io.modelcontextprotocol/subscriptionId';

function decode(text: string): unknown {
  const messages: unknown[] = [];
  const decoder = createEventStreamDecoder({
    onevent: ({ data }) => messages.push(JSON.parse(data)),
    onerror: (error) => expect.unreachable(error.message),
  });
  decoder.feed(new TextEncoder().encode(text));
  expect(messages).toHaveLength(1);
  return messages[0];
}

describe('a change', () => {
  test.each<[ChangeEvent, { method: string; params: object }]>([
    [{ kind: 'tools_list_changed' }, { method: 'notifications/tools/list_changed', params: {} }],
    [
      { kind: 'prompts_list_changed', params: {} },
      { method: 'notifications/prompts/list_changed', params: {} },
    ],
    [
      { kind: 'resources_list_changed', params: { 'example.com/x': [1] } },
      { method: 'notifications/resources/list_changed', params: { 'example.com/x': [1] } },
    ],
    [
      { kind: 'resource_updated', uri: 'a:"\n\u2028' },
      { method: 'notifications/resources/updated', params: { uri: 'a:"\n\u2028' } },
    ],
    [
      { kind: 'resource_updated', uri: 'a:1', params: { uri: 'another', title: 't' } },
      { method: 'notifications/resources/updated', params: { uri: 'a:1', title: 't' } },
    ],
  ])('%j is told with the id of each subscription', (event, { method, params }) => {
    const encode = createChangeEncoder(event);
    for (const id of [1, 1, 'one', '"}}', 2 ** 53 - 1, 1]) {
      expect(decode(encode(JSON.stringify(id)))).toEqual({
        jsonrpc: '2.0',
        method,
        params: { ...params, _meta: { [SUBSCRIPTION_ID]: id } },
      });
    }
  });

  test('keeps the rest of its _meta, and no other subscription id', () => {
    const encode = createChangeEncoder({
      kind: 'tools_list_changed',
      params: { _meta: { [SUBSCRIPTION_ID]: 'of another stream', traceparent: '00-1' } },
    });
    expect(decode(encode('7'))).toEqual({
      jsonrpc: '2.0',
      method: 'notifications/tools/list_changed',
      params: { _meta: { traceparent: '00-1', [SUBSCRIPTION_ID]: 7 } },
    });
  });

  test('is written as JSON once, however many hear of it', () => {
    let written = 0;
    const title = { toJSON: () => `${++written}` };
    const encode = createChangeEncoder({ kind: 'tools_list_changed', params: { title } });
    for (let id = 0; id < 100; id++) encode(String(id));
    expect(written).toBe(1);
  });
});

test('an acknowledgement says what the server agreed to', () => {
  expect(decode(encodeAcknowledgement('s', { toolsListChanged: true }))).toEqual({
    jsonrpc: '2.0',
    method: 'notifications/subscriptions/acknowledged',
    params: { _meta: { [SUBSCRIPTION_ID]: 's' }, notifications: { toolsListChanged: true } },
  });
});
