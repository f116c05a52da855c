import { NOTE_URI } from '../resources.js';
import { ArgumentError } from './arguments.js';
import { type Tool, textResult } from './tool.js';

const MAX_NOTE_BYTES = 64 * 1024;

/** Changes the note, so that those who subscribed to it hear of it. */
export const setNote: Tool<{ text: string }> = {
  name: 'set_note',
  title: 'Write the note',
  description: `Changes the resource ${NOTE_URI}. Everybody who subscribed to it is told.`,
  inputSchema: {
    type: 'object',
    properties: { text: { type: 'string', description: `The new text, at most ${MAX_NOTE_BYTES} bytes.` } },
    required: ['text'],
    additionalProperties: false,
  },
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
  run({ text }, call) {
    const bytes = Buffer.byteLength(text);
    if (bytes > MAX_NOTE_BYTES) throw new ArgumentError(`The text is ${bytes} bytes long, and the most is ${MAX_NOTE_BYTES}.`);
    call.session.settings.note.text = text;
    return textResult(`The note is ${bytes} bytes long now.`);
  },
};
