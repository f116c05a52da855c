import type { Catalogue } from '../catalogue.js';
import { excerpt, invalidParams } from '../errors.js';
import { type Prompt, type PromptArgument, userMessage } from '../prompts.js';
import { PNG } from './samples.js';

/** A prompt for each kind of message. */
export const suitePrompts: readonly Prompt[] = [
  {
    name: 'test_simple_prompt',
    title: 'Prompt',
    description: 'A prompt without arguments.',
    arguments: [],
    messages: () => [userMessage({ type: 'text', text: 'Say something.' })],
  },
  {
    name: 'test_prompt_with_arguments',
    title: 'Prompt with arguments',
    description: 'A prompt with two arguments.',
    arguments: [argument('arg1', 'The first.'), argument('arg2', 'The second.')],
    messages: ({ arg1, arg2 }) => [userMessage({ type: 'text', text: `Compare ${arg1} with ${arg2}.` })],
  },
  {
    name: 'test_prompt_with_embedded_resource',
    title: 'Prompt with a resource',
    description: 'A prompt that brings a resource along.',
    arguments: [argument('resourceUri', 'The URI of the resource.')],
    messages({ resourceUri: uri = '' }) {
      if (!URL.canParse(uri)) throw invalidParams(`resourceUri must be a URI, and is ${excerpt(uri)}`);
      return [
        userMessage({ type: 'resource', resource: { uri, mimeType: 'text/plain', text: 'The text of an embedded resource.' } }),
        userMessage({ type: 'text', text: 'Read this.' }),
      ];
    },
  },
  {
    name: 'test_prompt_with_image',
    title: 'Prompt with an image',
    description: 'A prompt that brings an image along.',
    arguments: [],
    messages: () => [
      userMessage({ type: 'image', data: PNG, mimeType: 'image/png' }),
      userMessage({ type: 'text', text: 'Look at this.' }),
    ],
  },
];

/** Suggestions for the arguments of these prompts, and of the template. */
export const suiteCompletions: NonNullable<Catalogue['completions']> = {
  test_prompt_with_arguments: { arg1: ['test', 'testing', 'paris', 'park', 'party'], arg2: ['test', 'rome'] },
  'test://template/{id}/data': { id: ['1', '12', '123'] },
};

function argument(name: string, description: string): PromptArgument {
  return { name, title: name, description, required: true };
}
