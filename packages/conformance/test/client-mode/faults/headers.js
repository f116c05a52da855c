import { override } from '../../broken-servers/faults/override.js';
import { dropHeader, http, MODERN } from './kinds.js';

/** Faults of the headers that repeat what a message says. */
export const headerFaults = {
  'no-version-header': http({
    is: 'sends no MCP-Protocol-Version',
    caughtBy: ['client/streamable-http-version-header-sent'],
    apply: ({ wire, client }) => override(wire, 'versionHeader', (old, revision) => (client.modern ? old(revision) : {})),
  }),
  'own-version-header': http({
    is: 'sends the version that it asked for',
    caughtBy: ['client/streamable-http-version-header-negotiated'],
    revision: '2025-06-18',
    apply: ({ wire, client }) => override(wire, 'versionHeader', (old, revision) => old(client.modern ? revision : '2025-11-25')),
  }),
  'no-method-header': http({
    is: 'sends no Mcp-Method',
    caughtBy: ['client/streamable-http-mcp-method', 'client/streamable-http-metadata-headers'],
    revision: MODERN,
    apply: dropHeader('modernHeaders', 'mcp-method'),
  }),
  'wrong-name-header': http({
    is: 'sends the names of others in Mcp-Name',
    caughtBy: ['client/streamable-http-mcp-name'],
    revision: MODERN,
    apply: ({ wire }) => override(wire, 'encodeName', (old, name) => (name === 'echo' ? 'other' : old(name))),
  }),
  'raw-names': http({
    is: 'sends other than ASCII in Mcp-Name as percent signs',
    caughtBy: ['client/streamable-http-mcp-name-encoded'],
    revision: MODERN,
    apply: ({ wire }) => override(wire, 'encodeName', (_, name) => encodeURI(name)),
  }),
  'other-version-header': http({
    is: 'says another version in the header than in _meta',
    caughtBy: ['client/streamable-http-version-header-matches-meta'],
    revision: MODERN,
    apply: ({ wire, client }) => override(wire, 'versionHeader', (old, revision) => old(client.modern ? '2025-11-25' : revision)),
  }),
  'no-param-headers': http({
    is: 'sends no Mcp-Param headers',
    caughtBy: ['client/streamable-http-param-client-mirrors'],
    neighbours: {
      'client/streamable-http-param-client-encodes': 'there is no such header at all',
      'client/streamable-http-param-client-base64': 'there is no such header at all',
      'client/streamable-http-param-client-sentinel-literal': 'there is no such header at all',
      'client/streamable-http-param-client-refreshes': 'there is no such header at all',
    },
    revision: MODERN,
    apply: ({ wire }) => override(wire, 'paramHeaders', () => ({})),
  }),
  'takes-bad-tools': http({
    is: 'lists tools whose marks break the rules',
    caughtBy: ['client/streamable-http-param-client-rejects'],
    revision: MODERN,
    apply: ({ client, wire }) => {
      override(client, 'accepts', () => true);
      override(wire, 'paramHeaders', (old, params) => (params.name === 'route' ? old(params) : {}));
    },
  }),
  'percent-params': http({
    is: 'encodes parameters with percent signs',
    caughtBy: ['client/streamable-http-param-client-base64', 'client/streamable-http-param-client-encodes'],
    neighbours: {
      'client/streamable-http-mcp-name-encoded': 'names are encoded the same way',
      'client/streamable-http-param-client-sentinel-literal': 'names are encoded the same way',
    },
    revision: MODERN,
    apply: ({ wire }) => override(wire, 'encodeBase64', (_, text) => encodeURIComponent(text)),
  }),
  'literal-sentinel': http({
    is: 'does not encode what looks encoded',
    caughtBy: ['client/streamable-http-param-client-sentinel-literal'],
    revision: MODERN,
    apply: ({ wire }) => override(wire, 'encode', (old, text) => (text.startsWith('=?') ? text : old(text))),
  }),
  'null-header': http({
    is: 'sends null as a header',
    caughtBy: ['client/streamable-http-param-client-omits-null'],
    revision: MODERN,
    apply: ({ wire }) => override(wire, 'isGiven', (_, args, key) => args[key] !== undefined),
  }),
  'absent-header': http({
    is: 'sends a header for what is not given',
    caughtBy: ['client/streamable-http-param-client-omits-absent'],
    revision: MODERN,
    apply: ({ wire }) => override(wire, 'isGiven', (_, args, key) => args[key] !== null),
  }),
  'keeps-stale-tools': http({
    is: 'does not list tools again when it is refused',
    caughtBy: ['client/streamable-http-param-client-refreshes'],
    revision: MODERN,
    apply: ({ client }) => override(client, 'perform', (_, ...args) => client.request(...args)),
  }),
};
