import { describe, expect, test } from 'vitest';
import { isErrorResponse, isNotification, isRequest, isResponse, isResultResponse, type JsonRpcMessage } from '../src/index.js';

const error = { code: -32603, message: 'no' };

const rows: { what: string; message: JsonRpcMessage; is: string[] }[] = [
  { what: 'a request', message: { jsonrpc: '2.0', id: 1, method: 'ping' }, is: ['request'] },
  { what: 'a request with the id 0', message: { jsonrpc: '2.0', id: 0, method: 'ping' }, is: ['request'] },
  { what: 'a request with an empty id', message: { jsonrpc: '2.0', id: '', method: 'ping' }, is: ['request'] },
  { what: 'a notification', message: { jsonrpc: '2.0', method: 'notifications/progress' }, is: ['notification'] },
  { what: 'a result', message: { jsonrpc: '2.0', id: 1, result: {} }, is: ['response', 'result'] },
  { what: 'a result of null', message: { jsonrpc: '2.0', id: 1, result: null }, is: ['response', 'result'] },
  { what: 'an error', message: { jsonrpc: '2.0', id: 1, error }, is: ['response', 'error'] },
  { what: 'an error without an id', message: { jsonrpc: '2.0', error }, is: ['response', 'error'] },
];

describe('the guards tell apart', () => {
  test.each(rows)('$what', ({ message, is }) => {
    const found = Object.entries({
      request: isRequest,
      notification: isNotification,
      response: isResponse,
      result: isResultResponse,
      error: isErrorResponse,
    })
      .filter(([, guard]) => guard(message))
      .map(([name]) => name);
    expect(found).toEqual(is);
  });
});
