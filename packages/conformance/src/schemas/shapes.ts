import { REVISIONS, type Revision } from '@mcpwire/protocol';

/** A JSON Schema, as this package writes them. */
export interface Schema {
  readonly [keyword: string]: unknown;
}

type Members = Readonly<Record<string, Schema | undefined>>;

const text: Schema = { type: 'string' };
const flag: Schema = { type: 'boolean' };
const integer: Schema = { type: 'integer' };
const anyObject: Schema = { type: 'object' };
const list = (items: Schema): Schema => ({ type: 'array', items });
const mapOf = (values: Schema): Schema => ({ type: 'object', additionalProperties: values });

/** An object that has all of `required`, and may have `optional`; whatever else it has is its own affair. Undefined members do not exist. */
function object(required: Members, optional: Members = {}): Schema {
  const has = (members: Members): [string, Schema][] =>
    Object.entries(members).filter((entry): entry is [string, Schema] => entry[1] !== undefined);
  return {
    type: 'object',
    required: has(required).map(([name]) => name),
    properties: Object.fromEntries([...has(required), ...has(optional)]),
  };
}

/** The shapes that checks hold payloads against. */
export type ShapeName =
  | 'InitializeResult'
  | 'DiscoverResult'
  | 'ListToolsResult'
  | 'ListPromptsResult'
  | 'ListResourcesResult'
  | 'ListResourceTemplatesResult'
  | 'CallToolResult'
  | 'SubscriptionsAcknowledgedNotification';

/**
 * What the schema of a revision (`schema/<revision>/schema.ts`) says about results and notifications of servers, as far as checks look at
 * them: which members there must be, and of which types. A member that a revision does not have yet can hold anything there.
 */
export function shapesOf(revision: Revision): Readonly<Partial<Record<ShapeName, Schema>>> {
  const from = (since: Revision): boolean => REVISIONS.indexOf(revision) >= REVISIONS.indexOf(since);
  const march2025 = from('2025-03-26');
  const june2025 = from('2025-06-18');
  const november2025 = from('2025-11-25');
  const modern = from('2026-07-28');
  /** Only from one revision on. */
  const when = (condition: boolean, schema: Schema): Schema | undefined => (condition ? schema : undefined);

  const meta = when(june2025, anyObject);
  const title = when(june2025, text);
  const icons = when(
    november2025,
    list(object({ src: text }, { mimeType: text, sizes: list(text), theme: { type: 'string', enum: ['light', 'dark'] } })),
  );
  const annotations = object(
    {},
    {
      audience: list({ enum: ['user', 'assistant'] }),
      priority: { type: 'number', minimum: 0, maximum: 1 },
      lastModified: when(june2025, text),
    },
  );
  const implementation = object(
    { name: text, version: text },
    { title, icons, description: when(november2025, text), websiteUrl: when(november2025, text) },
  );
  const listChanged = object({}, { listChanged: flag });
  const capabilities = object(
    {},
    {
      experimental: mapOf(anyObject),
      extensions: when(modern, mapOf(anyObject)),
      logging: anyObject,
      completions: when(march2025, anyObject),
      prompts: listChanged,
      resources: object({}, { listChanged: flag, subscribe: flag }),
      tools: listChanged,
      tasks: when(
        november2025 && !modern,
        object({}, { list: anyObject, cancel: anyObject, requests: object({}, { tools: object({}, { call: anyObject }) }) }),
      ),
    },
  );

  const isObjectType: Schema = { const: 'object' };
  const dialect = when(november2025, text);
  const legacySchema = object({ type: isObjectType }, { properties: mapOf(anyObject), required: list(text), $schema: dialect });
  const inputSchema = modern ? object({ type: isObjectType }, { $schema: text }) : legacySchema;
  const outputSchema = modern ? object({}, { $schema: text }) : legacySchema;
  const tool = object(
    { name: text, inputSchema },
    {
      description: text,
      title,
      icons,
      annotations: when(
        march2025,
        object({}, { title: text, readOnlyHint: flag, destructiveHint: flag, idempotentHint: flag, openWorldHint: flag }),
      ),
      outputSchema: when(june2025, outputSchema),
      execution: when(
        november2025 && !modern,
        object({}, { taskSupport: { type: 'string', enum: ['forbidden', 'optional', 'required'] } }),
      ),
      _meta: meta,
    },
  );
  const prompt = object(
    { name: text },
    { description: text, title, icons, _meta: meta, arguments: list(object({ name: text }, { description: text, title, required: flag })) },
  );
  const aboutResource: Members = { description: text, mimeType: text, annotations, title, icons, _meta: meta };
  const resource = object({ uri: text, name: text }, { ...aboutResource, size: integer });
  const template = object({ uriTemplate: text, name: text }, aboutResource);

  const kind = (name: string): Schema => ({ const: name });
  const contents: Schema = {
    anyOf: [
      object({ uri: text, text }, { mimeType: text, _meta: meta }),
      object({ uri: text, blob: text }, { mimeType: text, _meta: meta }),
    ],
  };
  const media = (name: string): Schema => object({ type: kind(name), data: text, mimeType: text }, { annotations, _meta: meta });
  const content: Schema = {
    anyOf: [
      object({ type: kind('text'), text }, { annotations, _meta: meta }),
      media('image'),
      ...(march2025 ? [media('audio')] : []),
      ...(june2025 ? [object({ type: kind('resource_link'), uri: text, name: text }, { ...aboutResource, size: integer })] : []),
      object({ type: kind('resource'), resource: contents }, { annotations, _meta: meta }),
    ],
  };

  const resultMeta = modern ? object({}, { 'io.modelcontextprotocol/serverInfo': implementation }) : anyObject;
  const result = (required: Members, optional: Members = {}): Schema =>
    object({ ...required, ...(modern && { resultType: text }) }, { ...optional, _meta: resultMeta });
  /** What a client may keep for a while. */
  const cacheable = (required: Members, optional: Members = {}): Schema =>
    result(
      {
        ...required,
        ...(modern && { ttlMs: { type: 'integer', minimum: 0 }, cacheScope: { type: 'string', enum: ['public', 'private'] } }),
      },
      optional,
    );
  const page = { nextCursor: text };

  return {
    ...(!modern && {
      InitializeResult: result({ protocolVersion: text, capabilities, serverInfo: implementation }, { instructions: text }),
    }),
    ...(modern && {
      DiscoverResult: cacheable({ supportedVersions: list(text), capabilities }, { instructions: text }),
      SubscriptionsAcknowledgedNotification: object({
        jsonrpc: { const: '2.0' },
        method: { const: 'notifications/subscriptions/acknowledged' },
        params: object(
          {
            notifications: object(
              {},
              { toolsListChanged: flag, promptsListChanged: flag, resourcesListChanged: flag, resourceSubscriptions: list(text) },
            ),
          },
          { _meta: object({}, { 'io.modelcontextprotocol/subscriptionId': { type: ['string', 'integer'] } }) },
        ),
      }),
    }),
    ListToolsResult: cacheable({ tools: list(tool) }, page),
    ListPromptsResult: cacheable({ prompts: list(prompt) }, page),
    ListResourcesResult: cacheable({ resources: list(resource) }, page),
    ListResourceTemplatesResult: cacheable({ resourceTemplates: list(template) }, page),
    CallToolResult: result({ content: list(content) }, { isError: flag, structuredContent: modern ? {} : when(june2025, anyObject) }),
  };
}
