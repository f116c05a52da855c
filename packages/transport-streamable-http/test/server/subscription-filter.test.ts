import { isJsonRpcError, type JsonRpcRequest } from '@mcpwire/jsonrpc';
import { describe, expect, test } from 'vitest';
import { intersect, parseSubscriptionFilter } from '../../src/server/subscription-filter.js';

const listen = (notifications: unknown): JsonRpcRequest => ({
  jsonrpc: '2.0',
  id: 'l',
  method: 'subscriptions/listen',
  params: { notifications },
});

describe('a notification filter', () => {
  test('keeps what is asked for, each resource once', () => {
    const filter = parseSubscriptionFilter(
      listen({
        toolsListChanged: true,
        promptsListChanged: false,
        resourceSubscriptions: ['a:1', 'a:2', 'a:1'],
        'example.com/other': true,
      }),
      10,
    );
    expect(filter).toEqual({ toolsListChanged: true, resourceSubscriptions: ['a:1', 'a:2'] });
  });

  test('may ask for nothing', () => {
    expect(parseSubscriptionFilter(listen({}), 10)).toEqual({});
    expect(parseSubscriptionFilter(listen({ resourceSubscriptions: [] }), 10)).toEqual({});
  });

  test.each([
    [undefined, /"notifications" must be an object/],
    [null, /"notifications" must be an object/],
    [['toolsListChanged'], /"notifications" must be an object/],
    [{ toolsListChanged: 'yes' }, /"notifications.toolsListChanged" must be a boolean/],
    [{ resourceSubscriptions: 'a:1' }, /must be an array of strings/],
    [{ resourceSubscriptions: ['a:1', 2] }, /must be an array of strings/],
    [{ resourceSubscriptions: ['1', '2', '3', '4'] }, /names 4 resources, and maxResourcesPerSubscription is 3/],
  ])('that is %j is refused with -32602', (notifications, message) => {
    const error = parseSubscriptionFilter(listen(notifications), 3);
    expect(isJsonRpcError(error) && [error.code, error.id]).toEqual([-32602, 'l']);
    expect((error as Error).message).toMatch(message);
  });

  test('is never widened by what the server offers', () => {
    const offered = { toolsListChanged: true, promptsListChanged: true, resourceSubscriptions: ['a:1', 'a:2', 'a:3'] };
    expect(intersect({ promptsListChanged: true, resourcesListChanged: true, resourceSubscriptions: ['a:3', 'a:4'] }, offered)).toEqual({
      promptsListChanged: true,
      resourceSubscriptions: ['a:3'],
    });
    expect(intersect({}, offered)).toEqual({});
    expect(intersect({ resourceSubscriptions: ['a:4'] }, offered)).toEqual({});
  });
});
