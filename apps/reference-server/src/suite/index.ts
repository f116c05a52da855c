import type { Catalogue } from '../catalogue.js';
import { Changes } from './changes.js';
import { contentTools } from './content.js';
import { elicitationTools } from './elicitation.js';
import { inputRequiredPrompt, inputRequiredTools } from './input-required.js';
import { noticeTools } from './notices.js';
import { suiteCompletions, suitePrompts } from './prompts.js';
import { reconnectionTool } from './reconnection.js';
import { suiteResources, suiteTemplates } from './resources.js';
import { samplingTools } from './sampling.js';
import { schemaTools } from './schemas.js';

/**
 * What the official conformance suite asks of a server: the names are the suite's. Servers that share one see each other's changes of it.
 *
 * @see https://github.com/modelcontextprotocol/conformance
 */
export function createSuiteCatalogue(): Catalogue {
  const changes = new Changes();
  // The suite calls the first tool without arguments.
  const tools = [
    ...contentTools,
    ...noticeTools,
    ...samplingTools,
    ...elicitationTools,
    ...inputRequiredTools,
    ...schemaTools,
    reconnectionTool,
    ...changes.triggers,
  ];
  const prompts = [...suitePrompts, inputRequiredPrompt];
  return {
    get tools() {
      return [...tools, ...changes.tools];
    },
    get prompts() {
      return [...prompts, ...changes.prompts];
    },
    resources: suiteResources,
    resourceTemplates: suiteTemplates,
    completions: suiteCompletions,
    onchange: changes.onchange,
  };
}
