import { decodeHeaderValue } from '@mcpwire/protocol';
import type { ClientCheck } from '../client-check.js';
import { HTTP, MODERN } from '../revisions.js';

/** What a check of such a header says of itself; the rest they have in common. */
export type HeaderPart = Pick<ClientCheck, 'id' | 'title' | 'spec' | 'remedy' | 'judge'> & Partial<ClientCheck>;

/** A check of the headers that repeat what the body says, which 2026-07-28 has over HTTP. */
export function modern(part: HeaderPart): ClientCheck {
  return { level: 'must', transports: HTTP, revisions: MODERN, scenes: ['plain'], ...part };
}

/** The text that a header's value stands for; undefined if it is malformed. */
export function decode(value: string): string | undefined {
  const { text, fault } = decodeHeaderValue(value);
  return fault === undefined ? text : undefined;
}

/** Whether a header carries this text as it is, without Base64. */
export const isPlain = (text: string): boolean =>
  /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(text) && !/^=\?base64\?.*\?=$/.test(text);
