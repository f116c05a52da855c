import { isSameJson } from './same-json.js';
import { StoreContractViolation } from './violation.js';

/** @throws StoreContractViolation with the sentence, where they are not the same as plain JSON */
export function verifySame(actual: unknown, expected: unknown, sentence: string): void {
  if (!isSameJson(actual, expected)) throw new StoreContractViolation(sentence, { expected: show(expected), actual: show(actual) });
}

/** @returns what it rejects with, or throws */
export async function verifyFails(call: () => unknown, sentence: string): Promise<unknown> {
  let value: unknown;
  try {
    value = await call();
  } catch (error) {
    return error;
  }
  throw new StoreContractViolation(sentence, { expected: 'an error', actual: show(value) });
}

/** @throws StoreContractViolation with the sentence, where the call rejects or throws */
export async function verifyWorks<T>(call: () => T | Promise<T>, sentence: string): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    throw new StoreContractViolation(sentence, { expected: 'no error', actual: show(String(cause)), cause });
  }
}

export function show(value: unknown): string {
  const text = value === undefined ? 'undefined' : (JSON.stringify(value) ?? String(value));
  return text.length > 300 ? `${text.slice(0, 300)}… (${text.length} characters)` : text;
}
