import type { JsonRpcRequest } from '@mcpwire/jsonrpc';
import type { Era, HeaderFields, ParamHeader, RequestMeta, Revision, RevisionFeatures } from '@mcpwire/protocol';
import {
  checkParamHeaders,
  eraOf,
  isRevision,
  LATEST_REVISION,
  parseParamHeaders,
  REVISION_FEATURES,
  readRequestMeta,
} from '@mcpwire/protocol';

const version: string = LATEST_REVISION;
if (!isRevision(version)) throw new Error(`unexpected: ${version}`);
const revision: Revision = version;
const features: RevisionFeatures = REVISION_FEATURES[revision];
const era: Era | undefined = eraOf(revision);
if (features.era !== era || era !== 'modern') throw new Error(`unexpected: ${era}`);

const request: JsonRpcRequest = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'x', arguments: { region: null } } };
const meta = readRequestMeta(request);
if (!('code' in meta)) throw new Error(`unexpected: ${(meta satisfies RequestMeta).protocolVersion}`);

const parsed = parseParamHeaders({ properties: { region: { type: 'string', 'x-mcp-header': 'Region' } } });
const params: readonly ParamHeader[] = parsed.params ?? [];
const headers: HeaderFields = { 'mcp-param-region': 'eu' };
const error = checkParamHeaders(params, request.params?.arguments, headers, request.id);
if (error?.code !== -32020 || meta.code !== -32602) throw new Error(`unexpected: ${error?.code}, ${meta.code}`);

console.log('works');
