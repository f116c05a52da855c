import { nameParamOf } from '@mcpwire/protocol';
import { ensure, notApplicable } from '../../expect.js';
import type { JsonObject } from '../../inbox.js';
import type { ClientCheck } from '../client-check.js';
import { isObject, metaOf, type Observation } from '../observation.js';
import { fieldOf, withHttp } from './http-requests.js';
import { decode, type HeaderPart, isPlain, modern } from './modern-header.js';

const REMEDY =
  'Build the headers from the body: MCP-Protocol-Version from _meta, Mcp-Method from method, Mcp-Name from params.name or params.uri.';

/** A client of both eras may have fallen back to a legacy revision, which has none of these headers. */
function modernRequests(seen: Observation): ReturnType<typeof withHttp> {
  const all = withHttp(seen.asked()).filter(({ message }) => 'io.modelcontextprotocol/protocolVersion' in metaOf(message));
  if (all.length === 0) notApplicable('the client sent no request of 2026-07-28');
  return all;
}

const all = modern({
  id: 'client/streamable-http-metadata-headers',
  title: 'A request has the headers that repeat its metadata',
  spec: ['streamable-http.client.metadata-headers'],
  scenes: 'every',
  remedy: REMEDY,
  judge(seen) {
    for (const { message, http, position } of modernRequests(seen)) {
      const names = ['mcp-protocol-version', 'mcp-method', ...(nameIn(message) === undefined ? [] : ['mcp-name'])];
      const missing = names.filter((name) => fieldOf(http, name) === undefined);
      ensure(missing.length === 0, `a request for ${message.method} lacks ${missing.join(', ')}`, {
        received: http.headers,
        ...seen.at({ position }),
      });
    }
  },
});

const version = modern({
  id: 'client/streamable-http-version-header-matches-meta',
  title: 'MCP-Protocol-Version says what _meta says',
  spec: ['streamable-http.version-header.matches-meta'],
  remedy: REMEDY,
  judge(seen) {
    for (const { message, http, position } of modernRequests(seen)) {
      const [header, meta] = [fieldOf(http, 'mcp-protocol-version'), metaOf(message)['io.modelcontextprotocol/protocolVersion']];
      if (header === undefined || meta === undefined) continue;
      ensure(header === meta, 'MCP-Protocol-Version and _meta differ', { expected: meta, received: header, ...seen.at({ position }) });
    }
  },
});

const method = modern({
  id: 'client/streamable-http-mcp-method',
  title: 'Mcp-Method is the method of the request',
  spec: ['streamable-http.client.mcp-method', 'streamable-http.client.builds-headers'],
  remedy: REMEDY,
  judge(seen) {
    for (const { message, http, position } of modernRequests(seen))
      ensure(fieldOf(http, 'mcp-method') === message.method, `Mcp-Method is not ${message.method}`, {
        expected: message.method,
        received: fieldOf(http, 'mcp-method') ?? 'no such header',
        ...seen.at({ position }),
      });
  },
});

function nameIn({ method: own, params }: JsonObject): string | undefined {
  const param = typeof own === 'string' && /^(?:tools\/call|resources\/read|prompts\/get)$/.test(own) ? nameParamOf(own) : undefined;
  const value = param !== undefined && isObject(params) ? params[param] : undefined;
  return typeof value === 'string' ? value : undefined;
}

function named(part: HeaderPart, wanted: (name: string) => boolean, lacking: string): ClientCheck {
  return modern({
    ...part,
    judge(seen) {
      const asked = withHttp(seen.asked()).filter(({ message }) => wanted(nameIn(message) ?? '') && nameIn(message) !== undefined);
      if (asked.length === 0) notApplicable(lacking);
      for (const { message, http, position } of asked) {
        const [name, header] = [nameIn(message) ?? '', fieldOf(http, 'mcp-name')];
        ensure(header !== undefined && decode(header) === name, `Mcp-Name does not say ${JSON.stringify(name)}`, {
          expected: isPlain(name) ? name : `=?base64?${Buffer.from(name).toString('base64')}?=`,
          received: header ?? 'no such header',
          ...seen.at({ position }),
        });
      }
    },
  });
}

const NO_JUDGE = (): void => {};

const name = named(
  {
    id: 'client/streamable-http-mcp-name',
    title: 'Mcp-Name is the name of the tool or prompt, or the URI of the resource',
    spec: ['streamable-http.client.mcp-name', 'streamable-http.client.builds-headers'],
    remedy: REMEDY,
    judge: NO_JUDGE,
  },
  isPlain,
  'the client asked for nothing that has a name',
);

const nameEncoded = named(
  {
    id: 'client/streamable-http-mcp-name-encoded',
    title: 'A name that no plain header can carry is put into Mcp-Name as Base64',
    spec: ['streamable-http.client.mcp-name-encoded'],
    remedy: 'Encode such names as =?base64?…?=, with the Base64 of their UTF-8.',
    judge: NO_JUDGE,
  },
  (text) => !isPlain(text),
  'the client asked for nothing whose name a plain header cannot carry',
);

export const headerChecks: readonly ClientCheck[] = [all, version, method, name, nameEncoded];
