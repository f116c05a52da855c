import assert from 'node:assert/strict';
import {
  checkParamHeaders,
  checkRequestHeaders,
  createParamHeaders,
  createRequestHeaders,
  decodeHeaderValue,
  encodeHeaderValue,
  isReservedMetaKey,
  McpErrorCode,
  negotiateInitialize,
  parseParamHeaders,
  REVISION_FEATURES,
  REVISIONS,
  readRequestMeta,
  withRequestMeta,
} from '@mcpwire/protocol';

assert.equal(REVISIONS.length, 5);
assert.equal(REVISION_FEATURES['2025-03-26'].batches, true);
assert.equal(negotiateInitialize('2026-07-28', REVISIONS), '2025-11-25');
assert.deepEqual(decodeHeaderValue(encodeHeaderValue('日本語\n')), { text: '日本語\n' });

const request = withRequestMeta(
  { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'add', arguments: { a: 42 } } },
  { protocolVersion: '2026-07-28', clientCapabilities: {} },
);
assert.equal(readRequestMeta(request).protocolVersion, '2026-07-28');
const headers = createRequestHeaders(request, '2026-07-28');
assert.equal(checkRequestHeaders(request, headers), undefined);
assert.equal(checkRequestHeaders(request, { ...headers, 'mcp-name': 'sub' }).code, McpErrorCode.HeaderMismatch);

const { params } = parseParamHeaders({ type: 'object', properties: { a: { type: 'integer', 'x-mcp-header': 'A' } } });
assert.deepEqual(createParamHeaders(params, request.params.arguments), { 'mcp-param-a': '42' });
assert.equal(checkParamHeaders(params, request.params.arguments, { 'mcp-param-a': '42.0' }), undefined);
assert.ok(isReservedMetaKey('io.modelcontextprotocol/x'));

console.log('works');
