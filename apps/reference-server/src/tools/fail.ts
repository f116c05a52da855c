import { JsonRpcError } from '@mcpwire/jsonrpc';
import { type Tool, ToolError } from './tool.js';

/** The code of the JSON-RPC error that `fail` answers with: its own, outside what JSON-RPC and MCP reserve. */
const FAIL_CODE = 1000;

const failures: Readonly<Record<string, () => Error>> = {
  tool: () => new ToolError('This tool failed, as it was asked to.'),
  protocol: () => new JsonRpcError(FAIL_CODE, 'This request failed, as it was asked to.', { data: { how: 'protocol' } }),
  throw: () => new Error('This handler threw, as it was asked to.'),
};

/** Fails, in each way in which a call can. */
export const fail: Tool<{ how: string }> = {
  name: 'fail',
  title: 'Fail',
  description: `Fails: as a result with isError (tool), as a JSON-RPC error with code ${FAIL_CODE} (protocol), or as an exception in the server (throw).`,
  inputSchema: {
    type: 'object',
    properties: { how: { type: 'string', description: 'The way to fail.', enum: Object.keys(failures) } },
    required: ['how'],
    additionalProperties: false,
  },
  annotations: { readOnlyHint: true, idempotentHint: true, openWorldHint: false },
  run({ how }) {
    throw (failures[how] as () => Error)();
  },
};
