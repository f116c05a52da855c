import { STATIC_TTL_MS } from '../caching.js';
import type { Resource, ResourceTemplate } from '../resources.js';
import { PNG } from './samples.js';

const TEMPLATE_PATTERN = /^test:\/\/template\/([^/]{1,100})\/data$/;

/** A text, some bytes, and one to subscribe to. */
export const suiteResources: readonly Resource[] = [
  {
    uri: 'test://static-text',
    name: 'static-text',
    title: 'Text',
    description: 'A text that never changes.',
    mimeType: 'text/plain',
    ttlMs: STATIC_TTL_MS,
    read: () => ({ text: 'A text that never changes.' }),
  },
  {
    uri: 'test://static-binary',
    name: 'static-binary',
    title: 'Image',
    description: 'An image of one pixel.',
    mimeType: 'image/png',
    ttlMs: STATIC_TTL_MS,
    read: () => ({ blob: PNG }),
  },
  {
    uri: 'test://watched-resource',
    name: 'watched-resource',
    title: 'Something to subscribe to',
    description: 'Can be subscribed to.',
    mimeType: 'text/plain',
    ttlMs: 0,
    read: () => ({ text: 'Nothing has happened yet.' }),
  },
];

/** Data for any id. */
export const suiteTemplates: readonly ResourceTemplate[] = [
  {
    uriTemplate: 'test://template/{id}/data',
    name: 'template',
    title: 'Data by id',
    description: 'Says which id it was asked for.',
    mimeType: 'application/json',
    read: (uri) => {
      const id = TEMPLATE_PATTERN.exec(uri)?.[1];
      return id === undefined ? undefined : { text: JSON.stringify({ id }) };
    },
  },
];
