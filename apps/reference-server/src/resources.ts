import { JsonRpcError } from '@mcpwire/jsonrpc';
import { cacheable, STATIC_TTL_MS } from './caching.js';
import type { Call } from './call.js';
import type { Catalogue } from './catalogue.js';
import { excerpt, invalidParams, McpErrorCode } from './errors.js';
import type { Note } from './note.js';
import { page } from './pagination.js';
import { requireString } from './params.js';
import type { Revision } from './revision.js';

/** One resource of the list. */
export interface Resource {
  readonly uri: string;
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly mimeType: string;
  /** Bytes, before any encoding; undefined where they change. */
  readonly size?: number;
  /** How long a client may keep what it read. */
  readonly ttlMs: number;
  readonly read: (note: Note) => { text: string } | { blob: string };
}

/** Resources that have their URIs by a pattern. */
export interface ResourceTemplate {
  readonly uriTemplate: string;
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly mimeType: string;
  /** What the resource of this URI holds, which never changes; undefined for a URI that does not fit. */
  readonly read: (uri: string) => { text: string } | undefined;
}

/** The resource that `set_note` changes. */
export const NOTE_URI = 'reference://note';

const LARGE_BYTES = 1024 * 1024;
/** The longest text that the template makes. */
const MAX_FILLER_BYTES = 4 * 1024 * 1024;
const FILLER_PATTERN = /^reference:\/\/filler\/(0|[1-9]\d{0,9})$/;

// What breaks careless framing and escaping: several scripts and directions, combined and astral characters, line separators, controls.
const GREETINGS = [
  'English: Hello, world!',
  'Ελληνικά: Γειά σου Κόσμε!',
  'Русский: Привет, мир!',
  'עברית: שלום עולם!',
  'العربية: مرحبا بالعالم!',
  'हिन्दी: नमस्ते दुनिया!',
  'ไทย: สวัสดีชาวโลก!',
  '中文: 你好，世界！',
  '日本語: こんにちは、世界！',
  '한국어: 안녕, 세계!',
  'Emoji: 👋🌍 👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽',
  'Combining: e\u0301 a\u030a n\u0303 Z\u0351\u036b\u0343\u036a',
  'Separators: [\u2028] [\u2029] [\u0085] [\u00a0] [\ufeff]',
  'Escapes: "quotes" \\backslash\\ tab[\t] bell[\u0007] null[\u0000]',
].join('\n');

/** The resources of the standard catalogue. */
export const resources: readonly Resource[] = [
  {
    uri: NOTE_URI,
    name: 'note',
    title: 'A note',
    description: 'A text that the tool set_note changes. Subscribe to hear of it.',
    mimeType: 'text/plain',
    ttlMs: 0,
    read: (note) => ({ text: note.text }),
  },
  {
    uri: 'reference://greetings',
    name: 'greetings',
    title: 'Greetings in many scripts',
    description: 'Text that breaks careless framing: many scripts, combined characters, line separators, controls.',
    mimeType: 'text/plain',
    size: Buffer.byteLength(GREETINGS),
    ttlMs: STATIC_TTL_MS,
    read: () => ({ text: GREETINGS }),
  },
  {
    uri: 'reference://bytes',
    name: 'bytes',
    title: 'Every byte once',
    description: 'The 256 byte values in order.',
    mimeType: 'application/octet-stream',
    size: 256,
    ttlMs: STATIC_TTL_MS,
    read: () => ({ blob: Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)).toString('base64') }),
  },
  {
    uri: 'reference://large',
    name: 'large',
    title: 'One mebibyte of text',
    description: 'For trying what a long message does.',
    mimeType: 'text/plain',
    size: LARGE_BYTES,
    ttlMs: STATIC_TTL_MS,
    read: () => ({ text: filler(LARGE_BYTES) }),
  },
];

/** The templates of the standard catalogue. */
export const resourceTemplates: readonly ResourceTemplate[] = [
  {
    uriTemplate: 'reference://filler/{bytes}',
    name: 'filler',
    title: 'Text of any length',
    description: `As many bytes of text as the URI says, up to ${MAX_FILLER_BYTES}.`,
    mimeType: 'text/plain',
    read: readFiller,
  },
];

/** Answers `resources/list`. */
export function listResources(call: Call): object {
  const { titles } = call.revision;
  const items = call.session.settings.catalogue.resources.map(({ uri, name, title, description, mimeType, size }) => ({
    uri,
    name,
    ...(titles && { title }),
    description,
    mimeType,
    ...(size !== undefined && { size }),
  }));
  return page(call, 'resources', items);
}

/** Answers `resources/templates/list`. */
export function listResourceTemplates(call: Call): object {
  const items = call.session.settings.catalogue.resourceTemplates.map(({ uriTemplate, name, title, description, mimeType }) => ({
    uriTemplate,
    name,
    ...(call.revision.titles && { title }),
    description,
    mimeType,
  }));
  return page(call, 'resourceTemplates', items);
}

/** Answers `resources/read`. */
export function readResource(call: Call): object {
  const { contents, ttlMs } = contentsOf(requireString(call.params, 'uri'), call);
  return cacheable(call, { contents: [contents] }, ttlMs);
}

/**
 * What a resource holds now.
 *
 * @throws JsonRpcError -32602, or -32002 in legacy revisions, when there is no such resource.
 */
export function contentsOf(uri: string, call: Call): { contents: object; ttlMs: number } {
  const { catalogue, note } = call.session.settings;
  const resource = catalogue.resources.find((candidate) => candidate.uri === uri);
  if (resource) {
    const { mimeType, ttlMs } = resource;
    return { contents: { uri, mimeType, ...resource.read(note) }, ttlMs };
  }
  for (const { mimeType, read } of catalogue.resourceTemplates) {
    const held = read(uri);
    if (held) return { contents: { uri, mimeType, ...held }, ttlMs: STATIC_TTL_MS };
  }
  throw resourceNotFound(uri, call.revision);
}

/** Whether a client can subscribe to this: only what is in the list may ever change. */
export function isListedResource(uri: string, { resources }: Catalogue): boolean {
  return resources.some((candidate) => candidate.uri === uri);
}

/** What a request for a resource that does not exist is refused with. */
export function resourceNotFound(uri: string, { modern }: Revision): JsonRpcError {
  if (modern) return invalidParams(`resource not found: ${excerpt(uri)}`, { uri });
  return new JsonRpcError(McpErrorCode.ResourceNotFound, `Resource not found: ${excerpt(uri)}`, { data: { uri } });
}

function readFiller(uri: string): { text: string } | undefined {
  const bytes = Number(FILLER_PATTERN.exec(uri)?.[1] ?? Number.NaN);
  if (Number.isNaN(bytes)) return undefined;
  if (bytes > MAX_FILLER_BYTES) throw invalidParams(`${uri} asks for ${bytes} bytes, and the most there is are ${MAX_FILLER_BYTES}`);
  return { text: filler(bytes) };
}

function filler(bytes: number): string {
  const line = 'All work and no play makes a transport a dull pipe.\n';
  return line.repeat(Math.ceil(bytes / line.length)).slice(0, bytes);
}
