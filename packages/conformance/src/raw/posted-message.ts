import type { JsonObject, JsonValue } from '../inbox.js';

function elements(message: JsonValue): JsonValue[] {
  return Array.isArray(message) ? message : [message];
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The ids of the requests in what is posted; one whose id or method is none is no request. */
export function requestIdsOf(message: JsonValue): JsonValue[] {
  return elements(message).flatMap((each) =>
    isObject(each) && typeof each.method === 'string' && each.id !== undefined && each.id !== null && isId(each.id) ? [each.id] : [],
  );
}

function isId(id: JsonValue): boolean {
  return typeof id === 'string' || typeof id === 'number';
}

export function isValid(message: JsonValue): boolean {
  return elements(message).every(
    (each) =>
      isObject(each) &&
      each.jsonrpc === '2.0' &&
      (each.id === undefined || isId(each.id)) &&
      (typeof each.method === 'string' || 'result' in each || 'error' in each),
  );
}

export function isNotification(message: JsonValue): boolean {
  return isValid(message) && requestIdsOf(message).length === 0;
}

export function isInitialize(message: JsonValue | undefined): boolean {
  return isObject(message) && message.method === 'initialize' && message.id !== undefined;
}

export function isInitialized(message: JsonValue): boolean {
  return isObject(message) && message.method === 'notifications/initialized';
}

/** Whether this is a response to the request with this id. */
export function isAnswer(message: JsonValue | undefined, id: JsonValue): boolean {
  return isObject(message) && !('method' in message) && 'id' in message && message.id === id;
}

export function hasAnswer(value: JsonValue | undefined, id: JsonValue): boolean {
  return value !== undefined && elements(value).some((each) => isAnswer(each, id));
}

export function parseJson(content: string | Uint8Array): JsonValue | undefined {
  try {
    return JSON.parse(typeof content === 'string' ? content : Buffer.from(content).toString('utf8')) as JsonValue;
  } catch {
    return undefined;
  }
}
