import { type Tool, ToolError, textResult } from '../tools/tool.js';
import { defineTool } from './define-tool.js';
import { PNG, WAV } from './samples.js';

const image = { type: 'image', data: PNG, mimeType: 'image/png' };

/** A tool for each kind of content, and one that fails. */
export const contentTools: readonly Tool[] = [
  defineTool({
    name: 'test_simple_text',
    title: 'Text',
    description: 'Gives back a text.',
    run: () => textResult('A text, and nothing else.'),
  }),
  defineTool({
    name: 'test_image_content',
    title: 'Image',
    description: 'Gives back an image of one pixel.',
    run: () => ({ content: [image] }),
  }),
  defineTool({
    name: 'test_audio_content',
    title: 'Audio',
    description: 'Gives back a millisecond of silence.',
    run: () => ({ content: [{ type: 'audio', data: WAV, mimeType: 'audio/wav' }] }),
  }),
  defineTool({
    name: 'test_embedded_resource',
    title: 'Embedded resource',
    description: 'Gives back a resource along with its text.',
    run: () => ({
      content: [
        {
          type: 'resource',
          resource: { uri: 'test://embedded-resource', mimeType: 'text/plain', text: 'The text of an embedded resource.' },
        },
      ],
    }),
  }),
  defineTool({
    name: 'test_multiple_content_types',
    title: 'Several kinds of content',
    description: 'Gives back a text, an image and a resource.',
    run: () => ({
      content: [
        { type: 'text', text: 'An image and a resource follow.' },
        image,
        { type: 'resource', resource: { uri: 'test://mixed-content-resource', mimeType: 'application/json', text: '{"kind":"mixed"}' } },
      ],
    }),
  }),
  defineTool({
    name: 'test_error_handling',
    title: 'Fail',
    description: 'Fails, and says so in its result.',
    run: () => {
      throw new ToolError('This tool always fails.');
    },
  }),
];
