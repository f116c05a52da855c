import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REVISIONS } from '@mcpwire/protocol';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { compareShape } from '../../src/schemas/compare.js';
import { type ShapeName, shapesOf } from '../../src/schemas/shapes.js';

/** The published schemas lie beside the checkout where this project is worked on; elsewhere there is nothing to compare with. */
const published = join(import.meta.dirname, '../../../../../shared/schema');

const icons = [{ src: 'https://example.com/i.png', mimeType: 'image/png', sizes: ['48x48'], theme: 'dark' }];
const annotations = { audience: ['user', 'assistant'], priority: 0.5, lastModified: '2026-01-01T00:00:00Z' };
const info = { name: 'n', version: '1', title: 't', description: 'd', websiteUrl: 'https://example.com', icons };
const capabilities = {
  experimental: { x: {} },
  extensions: { 'com.example/x': {} },
  logging: {},
  completions: {},
  prompts: { listChanged: true },
  resources: { listChanged: true, subscribe: false },
  tools: { listChanged: true },
  tasks: { list: {}, cancel: {}, requests: { tools: { call: {} } } },
};
const common = { resultType: 'complete', ttlMs: 1000, cacheScope: 'public', _meta: { 'io.modelcontextprotocol/serverInfo': info } };
const inputSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  properties: { a: { type: 'string' } },
  required: ['a'],
};
const aboutResource = { name: 'n', title: 't', description: 'd', mimeType: 'text/plain', annotations, icons, _meta: {} };

/** Of each shape, a value that has every member of every revision. */
const full: Record<ShapeName, unknown> = {
  InitializeResult: { ...common, protocolVersion: '2025-11-25', capabilities, serverInfo: info, instructions: 'i' },
  DiscoverResult: { ...common, supportedVersions: ['2026-07-28'], capabilities, instructions: 'i' },
  ListToolsResult: {
    ...common,
    nextCursor: 'c',
    tools: [
      {
        name: 'n',
        title: 't',
        description: 'd',
        inputSchema,
        outputSchema: inputSchema,
        icons,
        annotations: { title: 't', readOnlyHint: true, destructiveHint: true, idempotentHint: true, openWorldHint: true },
        execution: { taskSupport: 'optional' },
        _meta: {},
      },
    ],
  },
  ListPromptsResult: {
    ...common,
    nextCursor: 'c',
    prompts: [
      {
        name: 'n',
        title: 't',
        description: 'd',
        icons,
        _meta: {},
        arguments: [{ name: 'a', title: 't', description: 'd', required: true }],
      },
    ],
  },
  ListResourcesResult: { ...common, nextCursor: 'c', resources: [{ uri: 'a:b', size: 3, ...aboutResource }] },
  ListResourceTemplatesResult: { ...common, nextCursor: 'c', resourceTemplates: [{ uriTemplate: 'a:{b}', ...aboutResource }] },
  CallToolResult: {
    ...common,
    isError: false,
    structuredContent: { a: 1 },
    content: [
      { type: 'text', text: 't', annotations, _meta: {} },
      { type: 'image', data: 'AA==', mimeType: 'image/png', annotations, _meta: {} },
      { type: 'resource', resource: { uri: 'a:b', text: 't', mimeType: 'text/plain', _meta: {} }, annotations, _meta: {} },
      { type: 'resource', resource: { uri: 'a:b', blob: 'AA==', mimeType: 'text/plain', _meta: {} } },
      { type: 'audio', data: 'AA==', mimeType: 'audio/wav', annotations, _meta: {} },
      { type: 'resource_link', uri: 'a:b', size: 1, ...aboutResource },
    ],
  },
  SubscriptionsAcknowledgedNotification: {
    jsonrpc: '2.0',
    method: 'notifications/subscriptions/acknowledged',
    params: {
      _meta: { 'io.modelcontextprotocol/subscriptionId': 1 },
      notifications: { toolsListChanged: true, promptsListChanged: true, resourcesListChanged: true, resourceSubscriptions: ['a:b'] },
    },
  },
};

const OTHERS: readonly unknown[] = [null, true, 'text', 1, 1.5, -1, {}, [], [null], { type: 'text' }];

/** The value; without each of its members, at any depth; and with each replaced by something of another type. */
function* variants(value: unknown): Generator<unknown> {
  yield value;
  yield* OTHERS;
  if (Array.isArray(value)) {
    for (const [index, element] of value.entries()) for (const variant of variants(element)) yield value.with(index, variant);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, member] of Object.entries(value)) {
      const { [key]: _, ...rest } = value as Record<string, unknown>;
      yield rest;
      for (const variant of variants(member)) yield { ...rest, [key]: variant };
    }
  }
}

describe.each(REVISIONS)('the shapes of %s', (revision) => {
  const file = join(published, `${revision}.json`);
  const names = Object.keys(shapesOf(revision)) as ShapeName[];

  it.skipIf(!existsSync(file))('accept and refuse what the published schema accepts and refuses', () => {
    const schema = JSON.parse(readFileSync(file, 'utf8')) as { $schema: string; $defs?: object; definitions?: object };
    const lenient = { strict: false, validateFormats: false } as const;
    const ajv = schema.$schema.includes('2020-12') ? new Ajv2020(lenient) : new Ajv(lenient);
    ajv.addSchema(schema, 'mcp');
    const where = schema.$defs ? '$defs' : 'definitions';
    let compared = 0;
    const differences: string[] = [];
    for (const name of names) {
      const validate = ajv.getSchema(`mcp#/${where}/${name}`);
      if (!validate) throw new Error(`${revision} has no ${name}`);
      for (const variant of variants(full[name])) {
        compared++;
        const theirs = validate(variant) === true;
        const ours = compareShape(revision, name, variant as never).length === 0;
        if (theirs !== ours) differences.push(`${name}: published ${theirs}, ours ${ours}: ${JSON.stringify(variant)}`);
      }
    }
    expect(differences.slice(0, 10)).toEqual([]);
    expect(compared).toBeGreaterThan(1_000);
  });

  it('accept a value with every member of the revision, and refuse one without a required member', () => {
    for (const name of names) {
      const value = structuredClone(full[name]) as { content?: unknown[] };
      // Kinds of content came one after the other.
      if (value.content) value.content = value.content.slice(0, 3);
      expect(compareShape(revision, name, value as never), name).toEqual([]);
      expect(compareShape(revision, name, {}), name).not.toEqual([]);
    }
  });
});

it('say where a value differs, and how', () => {
  expect(compareShape('2025-11-25', 'ListToolsResult', { tools: [{ name: 5 }] })).toEqual([
    'tools.0 lacks inputSchema',
    'tools.0.name must be string',
  ]);
});
