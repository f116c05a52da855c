import type { Revision } from '@mcpwire/protocol';
import type { Check } from '../check.js';
import { EVERY_TRANSPORT, LEGACY, MODERN } from './scope.js';

const check = (id: string, revisions: readonly Revision[], spec: readonly string[]): Check => ({
  id,
  level: 'must',
  title: 'A call of the tool that may be called is answered with a result as the schema has it',
  spec,
  transports: EVERY_TRANSPORT,
  revisions,
  uses: 'shared',
  needs: ['capability:tools', 'probe-tool'],
  limitMs: 40_000,
  remedy: 'Answer tools/call with content, an array, and what else the revision asks for.',
  async run(context) {
    const session = await context.session();
    const tool = context.probeTool;
    if (!tool) return;
    await context.control('a request is answered', () => session.alive());
    const result = await session.result('tools/call', { name: tool.name, arguments: tool.args }, { withinMs: 30_000 });
    if (result.resultType !== 'input_required') context.shape('CallToolResult', result, 'the result of tools/call');
  },
});

export const toolChecks: readonly Check[] = [
  check('lifecycle/operation-tool-call', LEGACY, ['lifecycle.operation.version']),
  check('tools/call-result', MODERN, ['base.core']),
];
