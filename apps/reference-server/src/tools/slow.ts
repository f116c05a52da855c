import { setTimeout } from 'node:timers/promises';
import type { Tool } from './tool.js';

/** Waits, and can be cancelled while it does. */
export const slow: Tool<{ ms: number }> = {
  name: 'slow',
  title: 'Wait',
  description: 'Answers after the given time, unless it is cancelled before.',
  inputSchema: {
    type: 'object',
    properties: { ms: { type: 'integer', description: 'Milliseconds to wait.', minimum: 0, maximum: 300_000 } },
    required: ['ms'],
    additionalProperties: false,
  },
  outputSchema: {
    type: 'object',
    properties: { waitedMs: { type: 'number', description: 'Milliseconds that passed, by the clock.' } },
    required: ['waitedMs'],
    additionalProperties: false,
  },
  annotations: { readOnlyHint: true, idempotentHint: true, openWorldHint: false },
  async run({ ms }, call) {
    const startedMs = performance.now();
    await call.log('info', `waiting ${ms} ms`);
    await setTimeout(ms, undefined, { signal: call.signal });
    const structuredContent = { waitedMs: Math.round(performance.now() - startedMs) };
    const content = [{ type: 'text', text: JSON.stringify(structuredContent) }];
    return call.revision.structuredContent ? { content, structuredContent } : { content };
  },
};
