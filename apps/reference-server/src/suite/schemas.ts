import type { Params } from '@mcpwire/jsonrpc';
import { ArgumentError } from '../tools/arguments.js';
import { type Tool, textResult } from '../tools/tool.js';
import { defineTool } from './define-tool.js';

interface Contact {
  name?: string;
  address?: Params;
  contactMethod?: string;
  phone?: string;
  email?: string;
}

/** Tools whose input schemas hold more than types. */
export const schemaTools: readonly Tool[] = [
  defineTool<Contact>({
    name: 'json_schema_2020_12_tool',
    title: 'JSON Schema 2020-12',
    description: 'Takes a contact, by a schema with definitions, compositions and conditions.',
    inputSchema: {
      type: 'object',
      properties: {
        name: { type: 'string', description: 'A name.' },
        address: { type: 'object', description: 'An address.' },
        contactMethod: { type: 'string', description: 'How to get in touch.', enum: ['phone', 'email'] },
        phone: { type: 'string', description: 'A phone number.' },
        email: { type: 'string', description: 'An e-mail address.' },
      },
      required: [],
      additionalProperties: false,
    },
    publishedSchema: {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $defs: {
        address: {
          $anchor: 'postalAddress',
          type: 'object',
          properties: { street: { type: 'string' }, city: { type: 'string' } },
        },
      },
      type: 'object',
      properties: {
        name: { type: 'string' },
        address: { $ref: '#/$defs/address' },
        contactMethod: { enum: ['phone', 'email'] },
        phone: { type: 'string' },
        email: { type: 'string' },
      },
      allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
      if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: { required: ['phone'] },
      else: { required: ['email'] },
      additionalProperties: false,
    },
    run(contact) {
      const needed = contact.contactMethod === 'phone' ? 'phone' : 'email';
      if (contact[needed] === undefined) throw new ArgumentError(`The argument ${needed} is missing.`);
      for (const part of ['street', 'city']) {
        const value = contact.address?.[part];
        if (value !== undefined && typeof value !== 'string') throw new ArgumentError(`The argument address.${part} must be a string.`);
      }
      return textResult(`The contact: ${JSON.stringify(contact)}`);
    },
  }),
  defineTool<{ region: string }>({
    name: 'test_custom_header',
    title: 'Argument in a header',
    description: 'Takes an argument that is repeated in a header, where there are headers.',
    inputSchema: {
      type: 'object',
      properties: { region: { type: 'string', description: 'A region.', 'x-mcp-header': 'Region' } },
      required: ['region'],
      additionalProperties: false,
    },
    run: ({ region }) => textResult(`The region: ${region}`),
  }),
];
