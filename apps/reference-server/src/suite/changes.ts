import type { Catalogue, ChangingList } from '../catalogue.js';
import { type Prompt, userMessage } from '../prompts.js';
import { type Tool, textResult } from '../tools/tool.js';
import { defineTool } from './define-tool.js';

const passingTool: Tool = defineTool({
  name: 'test_passing_tool',
  title: 'Come and go',
  description: 'Is there or is not there, as test_trigger_tool_change leaves it.',
  run: () => textResult('Here, for now.'),
});

const passingPrompt: Prompt = {
  name: 'test_passing_prompt',
  title: 'Come and go',
  description: 'Is there or is not there, as test_trigger_prompt_change leaves it.',
  arguments: [],
  messages: () => [userMessage({ type: 'text', text: 'Here, for now.' })],
};

/** A tool and a prompt that come and go, with the tools that make them, for everybody who shares the catalogue. */
export class Changes {
  readonly #listeners = new Set<(list: ChangingList) => void>();
  #tools: readonly Tool[] = [];
  #prompts: readonly Prompt[] = [];

  get tools(): readonly Tool[] {
    return this.#tools;
  }

  get prompts(): readonly Prompt[] {
    return this.#prompts;
  }

  readonly triggers: readonly Tool[] = [
    this.#trigger('test_trigger_tool_change', 'tools', () => {
      this.#tools = this.#tools.length > 0 ? [] : [passingTool];
    }),
    this.#trigger('test_trigger_prompt_change', 'prompts', () => {
      this.#prompts = this.#prompts.length > 0 ? [] : [passingPrompt];
    }),
  ];

  readonly onchange: NonNullable<Catalogue['onchange']> = (listener) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #trigger(name: string, list: ChangingList, change: () => void): Tool {
    return defineTool({
      name,
      title: `Change the ${list}`,
      description: `Adds one to the ${list}, or takes it away. Whoever has asked for it is told.`,
      annotations: { readOnlyHint: false, destructiveHint: false, openWorldHint: false },
      run: () => {
        change();
        for (const listener of [...this.#listeners]) listener(list);
        return textResult(`The ${list} have changed.`);
      },
    });
  }
}
