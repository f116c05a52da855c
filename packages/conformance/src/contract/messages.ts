import type { JsonRpcMessage, JsonRpcNotification, JsonRpcRequest } from '@mcpwire/jsonrpc';
import { sameJson, show } from './json.js';
import { ContractViolation } from './violation.js';

/** The numbered notification that most cases send: it expects no answer, so it suits every medium. */
export function note(n: number, text?: string): JsonRpcNotification {
  return { jsonrpc: '2.0', method: 'contract/note', params: text === undefined ? { n } : { n, text } };
}

export function request(id: string | number, params?: Record<string, unknown>): JsonRpcRequest {
  return params === undefined ? { jsonrpc: '2.0', id, method: 'contract/ask' } : { jsonrpc: '2.0', id, method: 'contract/ask', params };
}

/** The number of a `note`; NaN for anything else, be it no message at all. */
export function numberOf(message: unknown): number {
  const { method, params } = (message ?? {}) as Partial<JsonRpcRequest>;
  return method === 'contract/note' && typeof params?.n === 'number' ? params.n : Number.NaN;
}

/** Text of so many ASCII characters in which every stretch differs from its neighbours, so that a gap or a swap shows. */
export function textOf(length: number): string {
  let text = '';
  // Doubling keeps 16 MiB cheap; the offset in front of each copy keeps the copies apart.
  for (let block = 'The quick brown fox jumps over the lazy dog. '; text.length < length; block = text) text += `${text.length}:${block}`;
  return text.slice(0, length);
}

export function bytesOf(message: JsonRpcMessage): number {
  return new TextEncoder().encode(JSON.stringify(message)).byteLength;
}

/** @throws ContractViolation unless `received` are the notes `expected`, in this order. */
export function assertNumbers(received: readonly JsonRpcMessage[], expected: readonly number[], sentence: string): void {
  const numbers = received.map(numberOf);
  const at = expected.findIndex((n, index) => numbers[index] !== n);
  if (at === -1 && numbers.length === expected.length) return;
  const from = at === -1 ? expected.length : at;
  throw new ContractViolation(`${sentence}; the first difference is at position ${from}`, {
    expected: `${expected.length} messages, from there on: ${show(expected.slice(from, from + 8))}`,
    actual: `${numbers.length} messages, from there on: ${show(numbers.slice(from, from + 8))}`,
  });
}

/** @throws ContractViolation unless each note of `expected` was received exactly once, in any order. */
export function assertEachOnce(received: readonly JsonRpcMessage[], expected: readonly number[], sentence: string): void {
  assertNumbers(
    received.toSorted((x, y) => numberOf(x) - numberOf(y)),
    expected.toSorted((x, y) => x - y),
    sentence,
  );
}

/** @throws ContractViolation unless `received` is the same JSON as `sent`. */
export function assertSame(received: JsonRpcMessage | undefined, sent: unknown, sentence: string): void {
  if (sameJson(received, sent)) return;
  const receivedText = JSON.stringify(received) ?? 'nothing';
  const sentText = JSON.stringify(sent);
  let at = 0;
  while (at < sentText.length && sentText[at] === receivedText[at]) at++;
  // Long messages: only the neighbourhood of the first difference says anything.
  const from = Math.max(0, at - 40);
  throw new ContractViolation(`${sentence}; they differ at character ${at}`, {
    expected: `${sentText.length} characters: …${sentText.slice(from, at + 80)}`,
    actual: `${receivedText.length} characters: …${receivedText.slice(from, at + 80)}`,
  });
}
