import { describe, expect, test } from 'vitest';
import { DeliveryOrder, type JsonRpcMessage, type MessageContext } from '../src/index.js';

const notification = (n: number): JsonRpcMessage => ({ jsonrpc: '2.0', method: 'n', params: { n } });
const request = (id: number): JsonRpcMessage => ({ jsonrpc: '2.0', id, method: 'r' });
const response = (id: number): JsonRpcMessage => ({ jsonrpc: '2.0', id, result: {} });

/** What a consumer like the official SDK does with each message: a notification in a microtask, all else at once. */
function sdkLike(): { order: DeliveryOrder; handled: JsonRpcMessage[] } {
  const handled: JsonRpcMessage[] = [];
  const order = new DeliveryOrder((message) => {
    if ('method' in message && !('id' in message)) void Promise.resolve().then(() => handled.push(message));
    else handled.push(message);
  });
  return { order, handled };
}

const microtasks = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('messages that arrive in one turn', () => {
  test('are handled in their order by a consumer that handles notifications in a microtask', async () => {
    const { order, handled } = sdkLike();
    const messages = [
      notification(1),
      response(1),
      notification(2),
      notification(3),
      response(2),
      request(9),
      response(3),
      notification(4),
    ];
    for (const message of messages) order.take(message);
    await microtasks();
    expect(handled).toEqual(messages);
  });

  test('a response with no notification before it is delivered at once', () => {
    const { order, handled } = sdkLike();
    order.take(request(1));
    order.take(response(1));
    expect(handled).toEqual([request(1), response(1)]);
  });

  test('keep each its own context', async () => {
    const seen: Array<[JsonRpcMessage, MessageContext | undefined]> = [];
    const order = new DeliveryOrder((message, context) => seen.push([message, context]));
    const contexts = [{ authInfo: 'a' }, { authInfo: 'b' }, { authInfo: 'c' }];
    order.take(notification(1), contexts[0]);
    order.take(response(1), contexts[1]);
    order.take(request(2), contexts[2]);
    order.take(request(3));
    await microtasks();
    expect(seen).toEqual([
      [notification(1), contexts[0]],
      [response(1), contexts[1]],
      [request(2), contexts[2]],
      [request(3), undefined],
    ]);
  });
});

test('a message that arrives while another is being delivered comes after those that wait', async () => {
  const handled: JsonRpcMessage[] = [];
  const order = new DeliveryOrder((message) => {
    handled.push(message);
    if (message === first) order.take(late);
  });
  const first = response(1);
  const late = response(3);
  order.take(notification(1));
  order.take(first);
  order.take(response(2));
  await microtasks();
  expect(handled).toEqual([notification(1), response(1), response(2), response(3)]);
});
