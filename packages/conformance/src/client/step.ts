import type { JsonObject } from '../inbox.js';

/**
 * One thing that the client under test is asked to do. `MCP_CONFORMANCE_STEPS` has them as a JSON array; an array within it is done all at
 * once. A program that follows them exits with 0 when each came out as expected, and with another code when one did not.
 */
export interface Step {
  /** The request to send. */
  readonly method: string;
  readonly params?: JsonObject;
  /** What has to come of it; default `result`. `any`: go on, whatever it is. */
  readonly expect?: 'result' | 'error' | 'any';
  /** Give the request up after so many milliseconds. */
  readonly cancelAfterMs?: number;
  /** Ask for progress on it. */
  readonly progress?: true;
  /** Leave it out when the last list of tools lacks the tool. */
  readonly onlyIfListed?: true;
}

export type Steps = readonly (Step | readonly Step[])[];

export const LIST_TOOLS: Step = { method: 'tools/list', params: {} };
export const CALL_ECHO: Step = { method: 'tools/call', params: { name: 'echo', arguments: { text: 'hello' } } };

/** A step of which nothing particular is expected. */
export function anyway(step: Step): Step {
  return { ...step, expect: 'any' };
}
