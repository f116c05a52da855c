import type { Params } from '@mcpwire/jsonrpc';
import type { Call } from './call.js';
import { excerpt, invalidParams } from './errors.js';
import { page } from './pagination.js';
import { optionalObject, requireString } from './params.js';
import { contentsOf } from './resources.js';

export interface PromptArgument {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly required: boolean;
}

/** One prompt. Its `messages` get every argument that is required. */
export interface Prompt {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly arguments: readonly PromptArgument[];
  /** Its messages, or a result to give in their place. */
  readonly messages: (values: Record<string, string | undefined>, call: Call) => object[] | Promise<object[] | Params>;
}

/** The prompts of the standard catalogue. */
export const prompts: readonly Prompt[] = [
  {
    name: 'greet',
    title: 'Greet somebody',
    description: 'Asks for a greeting.',
    arguments: [
      { name: 'name', title: 'Name', description: 'Who is greeted.', required: true },
      { name: 'language', title: 'Language', description: 'In which language; English if left out.', required: false },
    ],
    messages: ({ name, language = 'English' }) => [userMessage({ type: 'text', text: `Greet ${name} in ${language}, in one sentence.` })],
  },
  {
    name: 'summarize',
    title: 'Summarize a resource',
    description: 'Asks for a summary of one of the resources, and brings it along.',
    arguments: [{ name: 'uri', title: 'Resource', description: 'The URI of the resource.', required: true }],
    messages: ({ uri = '' }, call) => [
      userMessage({ type: 'resource', resource: contentsOf(uri, call).contents }),
      userMessage({ type: 'text', text: 'Summarize this in one sentence.' }),
    ],
  },
];

/** Answers `prompts/list`. */
export function listPrompts(call: Call): object {
  const { titles } = call.revision;
  const items = call.session.settings.catalogue.prompts.map(({ name, title, description, arguments: args }) => ({
    name,
    ...(titles && { title }),
    description,
    arguments: args.map(({ title, ...argument }) => (titles ? { ...argument, title } : argument)),
  }));
  return page(call, 'prompts', items);
}

/** Answers `prompts/get`. */
export function getPrompt(call: Call): object | Promise<object> {
  const name = requireString(call.params, 'name');
  const prompt = call.session.settings.catalogue.prompts.find((candidate) => candidate.name === name);
  if (!prompt) throw invalidParams(`unknown prompt: ${excerpt(name)}`);
  const given = optionalObject(call.params, 'arguments');
  const values = Object.fromEntries(prompt.arguments.map((argument) => [argument.name, readArgument(argument, given, prompt)]));
  const messages = prompt.messages(values, call);
  return messages instanceof Promise ? messages.then((settled) => toResult(prompt, settled)) : toResult(prompt, messages);
}

function toResult({ description }: Prompt, messages: object[] | Params): object {
  return Array.isArray(messages) ? { description, messages } : messages;
}

function readArgument({ name, required }: PromptArgument, given: Params, prompt: Prompt): string | undefined {
  const value = Object.hasOwn(given, name) ? given[name] : undefined;
  if (value === undefined && required) throw invalidParams(`the prompt ${prompt.name} needs the argument ${name}`);
  if (value !== undefined && typeof value !== 'string')
    throw invalidParams(`the argument ${name} must be a string, and is ${excerpt(value)}`);
  return value;
}

/** What the user says in a prompt. */
export function userMessage(content: object): object {
  return { role: 'user', content };
}
