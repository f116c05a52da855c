import type { Prompt } from './prompts.js';
import { prompts } from './prompts.js';
import type { Resource, ResourceTemplate } from './resources.js';
import { resources, resourceTemplates } from './resources.js';
import { tools } from './tools/index.js';
import type { Tool } from './tools/tool.js';

/** A list whose items may come and go. */
export type ChangingList = 'prompts' | 'tools';

/** What a server offers, each list in the order in which it is listed. Several servers may share one. */
export interface Catalogue {
  readonly tools: readonly Tool[];
  readonly prompts: readonly Prompt[];
  readonly resources: readonly Resource[];
  readonly resourceTemplates: readonly ResourceTemplate[];
  /** Suggestions for the arguments of prompts and templates, by the prompt's name or the template's URI; undefined: it has no completion. */
  readonly completions?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  /** Tells of changes of the lists, until the function that it returns is called; undefined: they never change. */
  readonly onchange?: (listener: (list: ChangingList) => void) => () => void;
}

/** What this server offers unless it is told otherwise. It never changes. */
export const standardCatalogue: Catalogue = { tools, prompts, resources, resourceTemplates };
