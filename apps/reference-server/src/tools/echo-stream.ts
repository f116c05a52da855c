import { setImmediate, setTimeout } from 'node:timers/promises';
import { ArgumentError } from './arguments.js';
import { type Tool, textResult } from './tool.js';

const MAX_DURATION_MS = 300_000;

/** Gives its text back piece by piece, each as the message of a progress notification, and whole at the end. */
export const echoStream: Tool<{ text: string; chunks: number; delayMs: number }> = {
  name: 'echo_stream',
  title: 'Echo in pieces',
  description: 'Gives back its text in pieces, as progress notifications if the request asks for progress, and then as a whole.',
  inputSchema: {
    type: 'object',
    properties: {
      text: { type: 'string', description: 'The text.' },
      chunks: { type: 'integer', description: 'How many pieces; fewer if the text is shorter.', minimum: 1, maximum: 10_000, default: 10 },
      delayMs: { type: 'integer', description: 'Milliseconds to wait after each piece.', minimum: 0, maximum: 60_000, default: 0 },
    },
    required: ['text'],
    additionalProperties: false,
  },
  annotations: { readOnlyHint: true, idempotentHint: true, openWorldHint: false },
  async run({ text, chunks, delayMs }, call) {
    if (chunks * delayMs > MAX_DURATION_MS) {
      throw new ArgumentError(
        `${chunks} chunks of ${delayMs} ms each take ${chunks * delayMs} ms, and the most is ${MAX_DURATION_MS}. Lower chunks or delayMs.`,
      );
    }
    const pieces = cut(text, chunks);
    const { signal } = call;
    for (const [index, piece] of pieces.entries()) {
      await call.progress(index + 1, pieces.length, piece);
      // A turn of the event loop at least: a cancellation must have its chance to be read.
      await (delayMs > 0 ? setTimeout(delayMs, undefined, { signal }) : setImmediate(undefined, { signal }));
    }
    return textResult(text);
  },
};

/** Cuts a text into at most `count` pieces of about the same length, none of them empty, and no character in two. */
export function cut(text: string, count: number): string[] {
  const pieces: string[] = [];
  let start = 0;
  for (let index = 1; index <= count; index++) {
    let end = Math.round((text.length * index) / count);
    if (end > 0 && (text.codePointAt(end - 1) ?? 0) > 0xffff) end++;
    if (end <= start) continue;
    pieces.push(text.slice(start, end));
    start = end;
  }
  return pieces;
}
